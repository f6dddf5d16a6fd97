import type { PassReport, Retry, ServerRecord, Time } from '../model/ledger.types.ts';
import { outcomeCounts } from '../model/outcome.ts';
import type { Outcome } from '../model/outcome.ts';
import { pauseOf } from '../model/pause.ts';
import { nextAttemptOf, nextAttemptOfConnection } from '../plan/due.ts';
import type { Declared } from '../plan/server-plan.types.ts';
import { InterruptedError } from '../lease/interruption.ts';
import type { LedgerState } from '../ledger/ledger.types.ts';
import type { Log } from '../model/runtime.types.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { Applied } from './apply/apply.ts';
import type { Ending } from './ending.ts';
import { failureSummary } from './failure-summary.ts';
import type { Allowed } from './guard.ts';
import type { Pass, PassDone } from './pass.types.ts';
import { sendRetries } from './queue-rest.ts';
import { openSince } from './read/bound.ts';
import type { DesiredState } from './read/desired.ts';
import type { LiveState } from './read/live.ts';
import type { Tables } from './read/readings.types.ts';
import type { PassRequest } from './request.types.ts';
import { labelOf, withCalls } from './tally.ts';
import type { Tally } from './tally.ts';
import { retryAfter } from './vendor.ts';
import type { Vendor } from './vendor.ts';

/** The results of a pass. */
export interface PassOutcome {
  /** Without `desired`: the connection's own row is invalid, and so are its servers. */
  readonly seen: Pick<Tables, 'ledger'> &
    Partial<Tables> & { readonly live?: LiveState; readonly invalid?: DesiredState['servers'] };
  /** Absent if no request to the vendor was allowed. */
  readonly vendor?: Vendor;
  /** Absent if the pass ended before it could plan. */
  readonly allowed?: Allowed;
  readonly applied: Applied;
}

/** Outcomes that a report lists by server. */
const listed: ReadonlySet<Outcome> = new Set([
  'invalid',
  'missing',
  'held',
  'failed',
  'refused',
  'waiting',
  'updated',
  'created',
  'deleted',
  'unsure',
  'reported',
]);

const detailsAtMost = 100;

/**
 * The last step: sets the connection's backoff, writes, logs and publishes the report, and sends retries to the queue.
 * A failing bus or queue never fails a pass.
 *
 * @throws StoreError if the report could not be written
 */
export async function report(pass: Pass, outcome: PassOutcome): Promise<PassDone> {
  const { request, deps, lease, tally } = pass;
  const { connection, trigger } = request;
  const { seen, allowed } = outcome;
  const { unreached } = outcome.applied;
  const interrupted = outcome.applied.ending?.error instanceof InterruptedError;
  const waits = interrupted && hasNoProgress(request, tally);
  const ending = waits ? noProgress : outcome.applied.ending;
  const applied = { ...outcome.applied, ...(ending && { ending }) };
  if (ending && !unreached && seen.desired) findUnreached(seen.desired, seen.ledger, pass);
  const connectionRetry = await setBackoff(pass, outcome);
  const written = passReport(
    request,
    tally,
    { ...outcome, applied },
    deps.clock.now(),
    lease.saved.retry,
  );
  const didSomething = tally.written > 0 || written.counts.updated > 0;
  await deps.ledger.putReport(connection, written, didSomething);
  const log = deps.log.child({ connection, pass: tally.id, trigger });
  logReport(written, log);
  await announce(written, didSomething, pass, log);
  const retries = { servers: tally.retries, connection: connectionRetry };
  await sendRetries(connection, retries, deps, log);
  return {
    report: written,
    ...(allowed && { plan: allowed.plan }),
    interrupted,
    waits,
    ...(unreached && { unreached }),
  };
}

/**
 * Whether another continuation would make no progress: this one had a whole invocation and recorded no server. Without
 * this rule, a connection whose list takes longer than an invocation would be continued forever.
 */
function hasNoProgress({ hops = 0 }: PassRequest, tally: Tally): boolean {
  return hops > 0 && !tally.hasRecorded;
}

const noProgress: Ending = {
  state: 'interrupted',
  reason: {
    code: 'no-progress',
    message:
      'a whole invocation reached no server; the rest waits for the schedule. Increase budget.requestsPerMinute',
  },
};

/** Findings of a pass that ended before apply: outcomes that are known without the vendor, and `unreached` for the rest. */
function findUnreached(desired: DesiredState, ledger: LedgerState, { tally }: Pass): void {
  for (const [id, declared] of desired.servers) {
    const outcome = outcomeUnreached(declared, pauseOf(ledger.pauses, id) !== undefined);
    const reason =
      outcome === 'invalid' && !declared.valid
        ? { reason: { code: 'invalid', message: declared.server.reason } }
        : {};
    tally.found(id, { outcome, ...labelOf(declared), ...reason });
  }
}

function outcomeUnreached(declared: Declared, paused: boolean): Outcome {
  if (declared.valid && declared.server.policy.mode === 'off') return 'off';
  if (paused) return 'paused';
  return declared.valid ? 'unreached' : 'invalid';
}

/** Saves the connection's backoff with the lease. @returns its next attempt, if this pass made it wait */
async function setBackoff(
  { deps, lease: { saved }, tally }: Pass,
  { seen: { desired }, vendor, applied }: PassOutcome,
): Promise<Time | undefined> {
  if (!desired || !vendor) return undefined;
  const before = saved.retry;
  const retry = await retryAfter(
    applied.ending,
    before,
    desired.connection,
    vendor,
    tally.calls,
    deps,
  );
  saved.setRetry(retry);
  return retry === before ? undefined : retry?.notBefore;
}

/**
 * The report as data.
 *
 * @param now - milliseconds since the epoch, at the end of the pass
 * @param retry - the connection's backoff after it
 */
export function passReport(
  request: PassRequest,
  tally: Tally,
  { seen, vendor, allowed, applied: { ending, unreached, secretsDecrypted } }: PassOutcome,
  now: number,
  retry?: Retry,
): PassReport {
  const { findings, startedAt, calls } = tally;
  const quiet = (unreached && allowed?.quiet) ?? { inSync: 0, assumed: 0 };
  const { undeclared } = seen.live ?? {};
  const held = allowed?.plan.guard.held;
  return {
    pass: tally.id,
    trigger: request.trigger,
    connection: request.connection,
    scope: request.servers ? 'named' : 'all',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: now - startedAt,
    servers: findings.length + quiet.inSync + quiet.assumed,
    counts: outcomeCounts(
      findings.map(([, { outcome }]) => outcome),
      quiet,
    ),
    ...(undeclared && { undeclared: undeclared.count }),
    vendorCalls: withCalls(calls, request.attended?.earlier?.calls),
    secretsDecrypted: secretsDecrypted ?? 0,
    credentialsDecrypted: vendor?.credentials.decrypted ?? 0,
    state: ending?.state ?? 'ok',
    ...(ending && { reason: ending.reason, ...connectionEnd(ending, retry) }),
    ...failureSummary(
      findings.map(([id, { outcome, reason }]) => ({
        outcome,
        ...(reason && { reason }),
        record: tally.recordOf(id) ?? seen.ledger.servers.get(id),
        openSince: openSince((seen.desired?.servers ?? seen.invalid)?.get(id)),
      })),
      ending?.reason,
    ),
    ...(held !== undefined && { held }),
    details: findings
      .filter(([, { outcome }]) => listed.has(outcome))
      .slice(0, detailsAtMost)
      .map(([id, finding]) => ({
        id,
        ...finding,
        ...sinceWhen(finding.outcome, tally.recordOf(id) ?? seen.ledger.servers.get(id)),
      })),
  };
}

/** Since when the connection fails, when it is tried again, and what makes that happen sooner. */
function connectionEnd({ state }: Ending, retry: Retry | undefined) {
  return state === 'unreachable' || state === 'needs-login' ? nextAttemptOfConnection(retry) : {};
}

/** Since when it fails, when it is tried again, and what makes that happen sooner. */
function sinceWhen(outcome: Outcome, record: ServerRecord | undefined) {
  const since = record?.outcome === outcome ? { since: record.since } : {};
  return { ...since, ...nextAttemptOf(outcome, record) };
}

function logReport(written: PassReport, log: Log): void {
  const { details: _details, ...figures } = written;
  log.info('pass completed', figures);
  if (!written.reason) return;
  // `message` is the log line's own member.
  const { message, ...why } = written.reason;
  log.warn('pass ended early', { ...why, reason: message });
}

async function announce(
  written: PassReport,
  didSomething: boolean,
  { deps: { announcer }, tally }: Pass,
  log: Log,
): Promise<void> {
  const events = didSomething
    ? [...tally.events, { type: 'Pass Completed' as const, report: written }]
    : tally.events;
  try {
    if (events.length > 0) await announcer.announce(events);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error('events not sent', { code: error.code, events: events.length });
  }
}
