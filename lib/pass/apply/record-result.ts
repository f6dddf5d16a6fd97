import type { ChangeRecord, ServerRecord } from '../../core/ledger.types.ts';
import { TrueupError } from '../../core/errors.ts';
import { isGuarded } from '../../core/guard.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { FieldChange } from '../../core/plan.types.ts';
import { isNews, withOutcome } from '../../core/record.ts';
import type { AttemptResult, ServerWork } from './attempt.ts';
import { isInWindow } from '../../lease/change-window.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import type { Lease } from '../../lease/lease.ts';
import type { PassState } from '../tally.ts';
import type { Ledger } from '../../reconcile/ports/ledger.ts';
import type { Clock, Log } from '../../reconcile/ports/runtime.ts';
import { isAllSent } from './resend-marks.ts';

export interface ConcludeContext {
  readonly connection: string;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly state: PassState;
  readonly clock: Clock;
  readonly log: Log;
  /** Hashes of approved changes: the guard does not count them. */
  readonly approved: ReadonlySet<string>;
  /** Takes in the servers whose marks, as they were read, are done with: all of it was sent again, or marked anew. */
  readonly resent: Set<string>;
}

/** Writes what became of a server to the ledger, and only then counts it as done. */
export async function conclude(
  context: ConcludeContext,
  work: ServerWork,
  result: AttemptResult,
): Promise<void> {
  const { state, connection } = context;
  const { id } = work.server;
  if (result.kind === 'connection') {
    if (result.record) await save(context, work, result.record, result.isUnreadable);
    state.found(id, { ...labelOf(work), outcome: 'unreached' });
    return;
  }
  const record = finalRecord(context, work, result);
  const isUnreadable = result.kind !== 'noted' && result.isUnreadable;
  const isSaid = result.kind === 'noted' && !isNews(work.plan.record, record);
  const change =
    result.kind === 'applied' ? changeRecord(context, work, result.changes) : undefined;
  const remembered = change && remember(context, work, change);
  let saved: boolean;
  try {
    saved = isSaid || (await save(context, work, record, isUnreadable));
  } finally {
    await remembered;
  }
  if (!saved) return;
  if (change) {
    if (isAllSent(work.plan, change)) context.resent.add(id);
    state.events.push({ type: 'Server Updated', connection, change });
  }
  const { reason } = record;
  const outcome = reportedOutcome(result, record);
  state.found(id, { ...labelOf(work), outcome, ...(reason && { reason }) });
  if (reason && (outcome === 'failed' || outcome === 'refused')) {
    const pass = state.id;
    state.events.push({
      type: 'Update Failed',
      connection,
      pass,
      server: id,
      ...labelOf(work),
      outcome,
      reason,
    });
  }
}

/**
 * Adds to the history, side by side with the server's item: the vendor was changed, whether that item can be written or
 * not. A history that cannot be written is said in the log, and changes nothing else.
 */
async function remember(
  { connection, ledger, log }: ConcludeContext,
  work: ServerWork,
  change: ChangeRecord,
): Promise<void> {
  const { id, contentHash } = work.server;
  const isNew = work.plan.record.contentHash !== contentHash;
  try {
    await Promise.all([
      ledger.addChange(connection, change),
      isNew && ledger.addDeclared(connection, id, contentHash, change.at),
    ]);
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    log.error('history not written', { server: id, code: error.code });
  }
}

type Concluded = Exclude<AttemptResult, { kind: 'connection' }>;

function finalRecord(
  { clock, lease, approved }: ConcludeContext,
  work: ServerWork,
  result: Concluded,
): ServerRecord {
  const now = clock.now();
  const { reason } = result.record;
  const record = work.held
    ? withOutcome(result.record, 'held', now, { reason: reason ?? heldReason })
    : result.record;
  const counts =
    result.kind === 'applied' &&
    result.changes.some((change) => isGuarded(change, approved)) &&
    !isInWindow(record.countedAt, now);
  if (!counts) return record;
  lease.saved.count();
  return { ...record, countedAt: new Date(now).toISOString() };
}

export const heldReason = {
  code: 'held',
  message: 'the guard holds a change of it until somebody approves it',
};

/** `updated` stands only in reports: the ledger says what the server is from now on. */
function reportedOutcome(result: Concluded, record: ServerRecord): Outcome {
  const quiet = record.outcome === 'inSync' || record.outcome === 'assumed';
  return result.kind === 'applied' && quiet ? 'updated' : record.outcome;
}

/**
 * Writes the record, if it may: a sender whose lease is over, or whose compare-and-swap is lost, writes nothing, and
 * leaves word if it sent what nobody can read.
 */
async function save(
  { connection, ledger, lease, state, log, resent }: ConcludeContext,
  work: ServerWork,
  record: ServerRecord,
  isUnreadable: boolean,
): Promise<boolean> {
  try {
    lease.assertOwned(0);
    await ledger.writeServer(connection, record);
    state.wrote(record, work.plan.record);
    return true;
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    log.error('ledger item not written', { server: record.id, code: error.code });
    const reason = { code: error.code, message: 'its ledger item could not be written' };
    state.found(record.id, { ...labelOf(work), outcome: 'failed', reason });
    if (isUnreadable) {
      await ledger.markResend(connection, record.id, state.id);
      resent.add(record.id);
    }
    if (error instanceof InterruptedError) throw error;
    return false;
  }
}

function changeRecord(
  { state, clock }: ConcludeContext,
  work: ServerWork,
  changes: readonly FieldChange[],
): ChangeRecord {
  return {
    server: work.server.id,
    ...labelOf(work),
    at: new Date(clock.now()).toISOString(),
    pass: state.id,
    trigger: state.request.trigger,
    fields: changes.map(({ pointer, cause, before, after }) => ({
      pointer,
      cause,
      before,
      after,
    })),
  };
}

export function labelOf({ server }: { server: { label?: string } }): { label?: string } {
  return server.label === undefined ? {} : { label: server.label };
}
