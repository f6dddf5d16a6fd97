import { guard, hasGuardedCause } from '../core/guard.ts';
import type { GuardInputs } from '../core/guard.ts';
import type { FingerprintKeys } from '../core/fingerprint.types.ts';
import type { ServerRecord } from '../core/ledger.types.ts';
import type { LiveServer } from '../core/live.types.ts';
import type { QuietCounts } from '../core/outcome.ts';
import type { Plan, PlannedServer } from '../core/plan.types.ts';
import { assemblePlan, planFleet } from '../core/plan.ts';
import type { ServerPlan } from '../core/plan-server.ts';
import { changedInWindow, isInWindow } from '../lease/change-window.ts';
import type { ChangeBucket } from '../lease/lease-item.ts';
import type { Approval, LedgerState } from '../reconcile/ports/ledger.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { DesiredState } from './read/desired.ts';
import type { LiveState } from './read/live.ts';
import type { Attended } from './request.types.ts';
import { unreadServers } from './unreadable.ts';
import type { UnreadServer } from './unreadable.ts';

/** What the guard needs besides the plan. */
export interface GuardReads {
  readonly approvals: readonly Approval[];
  /** Server rows of the connection, also beyond the scope. */
  readonly declared: number;
}

/** All that was read; nothing else goes into the plan. */
export interface PassInputs {
  readonly desired: DesiredState;
  readonly ledger: LedgerState;
  readonly live: LiveState;
  readonly secretVersions: ReadonlyMap<string, string>;
  readonly keys: FingerprintKeys;
  /** What the guard needs besides the plan; read if there is something to guard. */
  readonly readGuard: () => Promise<GuardReads>;
  /** Whether what is only reported is guarded too, for people who may apply it: a pass has no use for that. */
  readonly countReported?: boolean;
  /** The guard's count, from the lease item. */
  readonly window: readonly ChangeBucket[];
  readonly now: number;
  readonly random: () => number;
  readonly attended?: Attended;
}

/** A plan with what apply and the ledger need of each server. */
export interface PassPlan {
  readonly plan: Plan;
  /** The servers of the scope that are not `quiet`, with the guard's decision in it. */
  readonly planned: readonly PlannedServer[];
  /** In sync, nothing to write: counted, and no more is kept of them. */
  readonly quiet: QuietCounts;
  /** Those that could not be read by themselves. */
  readonly unread: ReadonlyMap<string, UnreadServer>;
  readonly servers: ReadonlyMap<string, ServerPlan>;
  /** Hashes of changes that somebody approved. */
  readonly approved: ReadonlySet<string>;
}

/** The pause that holds for a server at `now`: its own, or its connection's. */
export function pauseOf(ledger: LedgerState, id: string, now: number) {
  if (ledger.pauses.length === 0) return undefined;
  return ledger.pauses.find(
    (pause) =>
      (pause.id === undefined || pause.id === id) &&
      !(pause.until !== undefined && Date.parse(pause.until) <= now),
  );
}

/** Plans and guards. @throws StoreError if there is something to guard, and what the guard needs could not be read */
export async function planPass(inputs: PassInputs): Promise<PassPlan> {
  const { desired, ledger, live, now, attended } = inputs;
  const context = {
    connection: desired.connection.name,
    keys: inputs.keys,
    secretVersions: inputs.secretVersions,
    now,
    attended: attended !== undefined,
  };
  const { secretVersions } = inputs;
  const unread = unreadServers(desired, ledger, live, secretVersions, now, inputs.random);
  const readable =
    unread.size === 0
      ? desired.servers
      : new Map([...desired.servers].filter(([id]) => !unread.has(id)));
  const { servers, quiet } = planFleet(context, readable, (id, declared) => {
    const record = ledger.servers.get(id);
    return {
      declared,
      live: liveOf(live, id),
      record,
      pause: pauseOf(ledger, id, now),
      resend: ledger.resend.has(id) ? ('all' as const) : resendOf(record),
    };
  });
  const findings = [...servers.values()].map(({ planned }) => planned);
  const toGuard = findings.some(
    (server) =>
      (server.outcome === 'updated' ||
        (server.outcome === 'reported' && inputs.countReported === true)) &&
      hasGuardedCause(server),
  );
  const { approvals, declared } = toGuard
    ? await inputs.readGuard()
    : { approvals: [], declared: desired.servers.size };
  const approved = toGuard ? approvedHashes(attended, approvals) : new Set<string>();
  const guarded = guard(findings, {
    limits: desired.connection.policy.limits,
    declared,
    changedLastHour: changedInWindow(inputs.window, now),
    isCounted: (id) => isInWindow(ledger.servers.get(id)?.countedAt, now),
    approved,
  } satisfies GuardInputs);
  const about = { connection: desired.connection.name, provider: desired.provider.name };
  const planned = [
    ...guarded.servers,
    ...[...unread.values()].map((server) => server.planned),
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    plan: assemblePlan(about, { servers: planned, quiet }, live.undeclared ?? [], guarded.state),
    planned,
    quiet,
    unread,
    servers,
    approved,
  };
}

/** @throws StoreError */
export async function readGuard(
  { connection, servers }: DesiredState,
  isWhole: boolean,
  { desired, ledger, clock }: Dependencies,
): Promise<GuardReads> {
  const [approvals, declared] = await Promise.all([
    ledger.approvals(connection.name, clock.now()),
    isWhole ? servers.size : desired.countServers(connection.name),
  ]);
  return { approvals, declared };
}

function approvedHashes(
  attended: Attended | undefined,
  approvals: readonly Approval[],
): ReadonlySet<string> {
  const confirmed = attended?.approved ? [...attended.shown] : [];
  return new Set([...approvals.flatMap(({ hashes }) => hashes), ...confirmed]);
}

function liveOf(live: LiveState, id: string): LiveServer | undefined {
  const reading = live.declared.get(id);
  return reading?.kind === 'found' ? reading.server : undefined;
}

/** Fields of an intent that nobody finished are unknown. */
function resendOf(record: ServerRecord | undefined): 'none' | ReadonlySet<string> {
  return record?.intent ? new Set(record.intent.pointers) : 'none';
}
