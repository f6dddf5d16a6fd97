import { attemptKey } from '../plan/diff/change.ts';
import { classifyFailure } from '../model/errors/failure.ts';
import { vendorProblem } from '../model/errors/vendor-error.ts';
import type { Reason, ServerRecord } from '../model/ledger.types.ts';
import type { QuietCounts } from '../model/outcome.ts';
import { pauseOf } from '../model/pause.ts';
import type { PlannedServer } from '../plan/plan.types.ts';
import { planFleet } from '../plan/fleet-plan.ts';
import { withHolders } from '../plan/holders.ts';
import type { Named } from '../plan/holders.ts';
import type { Declared, PlanContext, ServerInputs, ServerPlan } from '../plan/server-plan.types.ts';
import { accountKey } from '../model/names/account.ts';
import { emptyRecord } from '../plan/record.ts';
import type { Clock, Random } from '../model/runtime.types.ts';
import { afterFailure, outcomeOfFailure } from './after-failure.ts';
import type { AttemptFailure } from './after-failure.ts';
import type { Readings } from './read/readings.types.ts';
import type { Attended } from './request.types.ts';

/** The plan of a pass, before the guard. */
export interface Wanted {
  /** When it was planned, in milliseconds since the epoch. */
  readonly now: number;
  /** The servers that could be read and are not `quiet`. */
  readonly servers: ReadonlyMap<string, ServerPlan>;
  /** Counts of servers in sync for which nothing is written. */
  readonly quiet: QuietCounts;
  /** Servers whose own read failed. */
  readonly unreadable: ReadonlyMap<string, UnreadableServer>;
}

/** A server whose own read failed: its finding, and its ledger record if it changed. */
export interface UnreadableServer {
  readonly planned: PlannedServer;
  readonly record?: ServerRecord;
}

/** Plans each server in scope from what was read. */
export function plan(
  seen: Readings,
  attended: Attended | undefined,
  {
    clock,
    random,
    secretPrefix,
  }: { readonly clock: Pick<Clock, 'now'>; readonly random: Random; readonly secretPrefix: string },
): Wanted {
  const { desired } = seen;
  const now = clock.now();
  const unreadable = unreadableServers(seen, now, random);
  const readable =
    unreadable.size === 0
      ? desired.servers
      : new Map([...desired.servers].filter(([id]) => !unreadable.has(id)));
  const fleet = planFleet(
    planContext(seen, attended, now, secretPrefix),
    readable,
    (id, declared) => serverInputs(seen, id, declared),
  );
  const servers = withHolders(fleet.servers, desired.provider.table, () => named(seen));
  return { now, ...fleet, servers, unreadable };
}

/** All live servers that were read, with their declared id and label. */
function* named({ desired, live }: Readings): Iterable<Named> {
  for (const [id, reading] of live.declared) {
    if (reading.kind !== 'found') continue;
    yield { id, label: desired.servers.get(id)?.server.label, live: reading.server };
  }
  for (const server of live.undeclared?.first ?? []) yield { id: server.id, live: server };
}

/** What the plans of all servers depend on. */
export function planContext(
  { desired, keys, secretVersions, credential }: Readings,
  attended: Attended | undefined,
  now: number,
  stack: string,
): PlanContext {
  const account = accountKey(desired.connection);
  return {
    account,
    keys,
    secretVersions,
    credential,
    now,
    attended: attended !== undefined,
    includeReport: attended?.includeReport === true,
    lifecycle: { connection: desired.connection.name, table: desired.provider.table, stack },
  };
}

/** What the plan of one server depends on. */
export function serverInputs(
  { ledger, live }: Readings,
  id: string,
  declared: Declared,
): ServerInputs {
  const record = ledger.servers.get(id);
  const reading = live.declared.get(id);
  const found = reading?.kind === 'found' ? reading : undefined;
  const { forNew } = live;
  return {
    declared,
    live: found?.server,
    isRead: found?.isRead === true,
    record,
    pause: pauseOf(ledger.pauses, id),
    resend: ledger.resend.has(id) ? 'all' : fieldsToResend(record),
    ...(forNew &&
      declared.valid &&
      declared.server.created && {
        list: { ...forNew, named: forNew.named.get(id) ?? [] },
      }),
  };
}

/** The state of fields in an unfinished intent is unknown. */
function fieldsToResend(record: ServerRecord | undefined): 'none' | ReadonlySet<string> {
  return record?.intent ? new Set(record.intent.pointers) : 'none';
}

/** Findings for servers whose own GET failed, or was not sent because of their backoff. */
function unreadableServers(
  { desired, ledger, live, secretVersions, credential }: Readings,
  now: number,
  random: Random,
): ReadonlyMap<string, UnreadableServer> {
  const found = new Map<string, UnreadableServer>();
  for (const [id, reading] of live.declared) {
    if (reading.kind === 'found' || reading.kind === 'missing') continue;
    const declared = desired.servers.get(id) as Declared & { valid: true };
    const record = ledger.servers.get(id) ?? emptyRecord(id, now, accountKey(desired.connection));
    if (reading.kind === 'unsaid') {
      found.set(id, { planned: finding(declared, 'waiting', unsaid) });
      continue;
    }
    if (reading.kind === 'waiting') {
      found.set(id, { planned: finding(declared, 'waiting', record.reason) });
      continue;
    }
    const { error } = reading;
    const failure: AttemptFailure = {
      class: classifyFailure(error) as AttemptFailure['class'],
      reason: { code: error.code, message: vendorProblem(error) },
      retryAfterMs: error.retryAfterMs,
    };
    const key = attemptKey(declared.server, secretVersions, credential);
    found.set(id, {
      planned: finding(declared, outcomeOfFailure(failure.class), failure.reason),
      record: afterFailure(record, failure, key, now, random()),
    });
  }
  return found;
}

const unsaid: Reason = {
  code: 'not-read',
  message:
    'the list does not have a declared field; a later pass reads this server with its own request',
};

function finding(
  { server }: Declared & { valid: true },
  outcome: PlannedServer['outcome'],
  reason: Reason | undefined,
): PlannedServer {
  return {
    id: server.id,
    ...(server.label !== undefined && { label: server.label }),
    mode: server.policy.mode,
    outcome,
    ...(reason && { reason }),
    changes: [],
  };
}
