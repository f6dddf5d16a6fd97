import { TrueupError } from '../../model/errors/errors.ts';
import type { ChangeRecord } from '../../model/history.types.ts';
import type { ServerRecord } from '../../model/ledger.types.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { isNews, withOutcome } from '../../plan/record.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { labelOf } from '../tally.ts';
import type { AttemptResult } from './attempt.ts';
import type { ApplyContext, ServerWork } from './context.types.ts';
import { heldReason } from './findings.ts';
import { isAllSent } from './resend-marks.ts';

/** The result of recording. */
export interface Recorded {
  /** Whether the server's resend marks can be removed, because all fields were sent again or marked again. */
  readonly isResent?: boolean;
  /** The lease was lost before the result was recorded. */
  readonly interrupted?: InterruptedError;
}

/**
 * Writes a server's result to the ledger, and only then counts it as done.
 *
 * @throws StoreError if it could neither be written nor marked
 */
export async function recordResult(
  context: ApplyContext,
  work: ServerWork,
  result: Exclude<AttemptResult, { kind: 'interrupted' }>,
): Promise<Recorded> {
  const { tally } = context;
  const { id } = work.server;
  switch (result.kind) {
    case 'unsent':
      foundUnwritten(context, work, result.error);
      return {};
    case 'connection': {
      const recorded: Recorded = result.record
        ? await save(context, work, result.record, result.isUnreadable)
        : {};
      if (!recorded.interrupted) tally.found(id, { ...labelOf(work), outcome: 'unreached' });
      return recorded;
    }
    case 'applied':
    case 'failed':
    case 'noted':
      return recordTurn(context, work, result);
  }
}

async function recordTurn(
  context: ApplyContext,
  work: ServerWork,
  result: TurnResult,
): Promise<Recorded> {
  const { request, tally } = context;
  const { connection } = request;
  const { id } = work.server;
  const record = finalRecord(context, work, result);
  const isUnreadable = result.kind !== 'noted' && result.isUnreadable;
  const isKnown = result.kind === 'noted' && !isNews(work.plan.record, record);
  const change =
    result.kind === 'applied' ? changeRecord(context, work, result.changes) : undefined;
  const history = change && addHistory(context, change);
  let saved: Saved;
  try {
    saved = isKnown ? { isSaved: true } : await save(context, work, record, isUnreadable);
  } finally {
    await history;
  }
  if (!saved.isSaved) return saved;
  if (change) tally.events.push({ type: 'Server Updated', connection, change });
  const { reason } = record;
  const outcome = reportedOutcome(result, record);
  tally.found(id, { ...labelOf(work), outcome, ...(reason && { reason }) });
  if (reason && (outcome === 'failed' || outcome === 'refused')) {
    const about = { connection, pass: tally.id, server: id, ...labelOf(work) };
    tally.events.push({ type: 'Update Failed', ...about, outcome, reason });
  }
  return { isResent: change !== undefined && isAllSent(work.plan, change) };
}

/**
 * Adds to the history, in parallel with the server's item, because the vendor was changed even if that item cannot be
 * written. A failure is only logged.
 */
async function addHistory(
  { request: { connection }, deps, log }: ApplyContext,
  change: ChangeRecord,
): Promise<void> {
  try {
    await deps.ledger.record(connection, change);
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    log.error('history not written', { server: change.server, code: error.code });
  }
}

type TurnResult = Extract<AttemptResult, { kind: 'applied' | 'noted' | 'failed' }>;

function finalRecord(
  { deps, lease }: ApplyContext,
  work: ServerWork,
  result: TurnResult,
): ServerRecord {
  const now = deps.clock.now();
  const { reason } = result.record;
  const record = work.held
    ? withOutcome(result.record, 'held', now, { reason: reason ?? heldReason })
    : result.record;
  const countedAt = lease.saved.countedAt(record.id);
  return countedAt === undefined ? record : { ...record, countedAt };
}

/** `updated` is only used in reports; the ledger has the state after the update. */
function reportedOutcome(result: TurnResult, record: ServerRecord): Outcome {
  const quiet = record.outcome === 'inSync' || record.outcome === 'assumed';
  return result.kind === 'applied' && quiet ? 'updated' : record.outcome;
}

interface Saved extends Recorded {
  readonly isSaved: boolean;
}

/**
 * Writes the record. If the lease was lost or another process wrote the item, nothing is written; if unreadable fields
 * were sent, a resend mark is written instead.
 */
async function save(
  context: ApplyContext,
  work: ServerWork,
  record: ServerRecord,
  isUnreadable: boolean,
): Promise<Saved> {
  const { request, deps, lease, tally } = context;
  try {
    lease.assertOwned(0);
    await deps.ledger.writeServer(request.connection, record);
    tally.wrote(record, work.plan.record);
    return { isSaved: true };
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    foundUnwritten(context, work, error);
    if (isUnreadable) await deps.ledger.markResend(request.connection, record.id, tally.id);
    return {
      isSaved: false,
      isResent: isUnreadable,
      ...(error instanceof InterruptedError && { interrupted: error }),
    };
  }
}

function foundUnwritten(
  { tally, log }: ApplyContext,
  work: ServerWork,
  { code }: TrueupError,
): void {
  const { id } = work.server;
  log.error('ledger item not written', { server: id, code });
  const reason = { code, message: 'its ledger item could not be written' };
  tally.found(id, { outcome: 'failed', ...labelOf(work), reason });
}

function changeRecord(
  { request, deps, tally, approvals }: ApplyContext,
  work: ServerWork,
  changes: readonly FieldChange[],
): ChangeRecord {
  const approval = changes.map(({ hash }) => approvals.get(hash)).find((one) => one !== undefined);
  return {
    kind: 'change',
    server: work.server.id,
    ...labelOf(work),
    at: new Date(deps.clock.now()).toISOString(),
    pass: tally.id,
    trigger: request.trigger,
    ...request.caller,
    declaration: work.server.contentHash,
    ...(approval !== undefined && { approval }),
    fields: changes.map(({ pointer, cause, before, after }) => ({
      pointer,
      cause,
      before,
      after,
    })),
  };
}
