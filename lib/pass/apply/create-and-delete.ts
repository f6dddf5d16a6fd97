import { classifyFailure } from '../../model/errors/failure.ts';
import { TrueupError } from '../../model/errors/errors.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { vendorProblem } from '../../model/errors/vendor-error.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import { uniqueText } from '../../plan/holders.ts';
import type { Reason } from '../../model/ledger.types.ts';
import { afterFailure } from '../after-failure.ts';
import type { AttemptFailure } from '../after-failure.ts';
import { labelOf } from '../tally.ts';
import type { ApplyContext, TurnEnds } from './context.types.ts';
import { create } from './create.ts';
import { declare } from './declare.ts';
import { remove } from './delete.ts';
import type { LifecycleWork } from './lifecycle-work.ts';

/**
 * Creates and deletes servers, one at a time. A failure does not stop the others.
 *
 * @returns the servers that were not processed
 */
export async function createAndDelete(
  work: readonly LifecycleWork[],
  context: ApplyContext,
  ends: TurnEnds,
): Promise<readonly LifecycleWork[]> {
  const left: LifecycleWork[] = [];
  const names = new Set<string>();
  for (const one of work) {
    const name = one.kind === 'create' ? nameIn(one, context) : one.server.id;
    if (ends.isOver()) {
      left.push(one);
      continue;
    }
    if (names.has(name)) {
      waits(one, context, sameName);
      continue;
    }
    names.add(name);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const isDone = await (one.kind === 'create' ? createOne : removeOne)(one, context, ends);
      if (!isDone) left.push(one);
    } catch (error) {
      const problem = unwritten(error, one, context, ends);
      // What is known of a request is reported, whatever could not be written after it.
      if (context.tally.outcomeOf(one.server.id) !== 'unreached') continue;
      if (problem instanceof InterruptedError) {
        left.push(one);
        continue;
      }
      const { code } = problem;
      const reason = { code, message: 'the state of its label could not be written' };
      context.tally.found(one.server.id, { outcome: 'failed', ...labelOf(one), reason });
    }
  }
  return left;
}

/**
 * Logs an error of the ledger or the lease. One of the lease ends the turns of all.
 *
 * @throws any other error
 */
function unwritten(
  error: unknown,
  { server }: LifecycleWork,
  { log }: ApplyContext,
  { end }: TurnEnds,
): TrueupError {
  if (!(error instanceof TrueupError)) throw error;
  const { code } = error;
  const message = 'a server was not created or deleted, or the result was not recorded';
  log.error(message, { server: server.id, code });
  if (error instanceof InterruptedError) end(error);
  return error;
}

/** The name, which two servers may not share. A second server with it waits for a list that shows the first. */
function nameIn({ changes, server }: LifecycleWork, { seen }: ApplyContext): string {
  const { fields, creation } = seen.desired.provider.table;
  const foundBy = creation && 'foundBy' in creation ? creation.foundBy : undefined;
  const field = fields.find(({ pointer }) => pointer === foundBy);
  const after = changes.find(({ pointer }) => pointer === foundBy)?.after;
  return (field && after?.kind === 'value' && uniqueText(field, after.value)) || server.id;
}

const sameName = {
  code: 'name-taken',
  message: 'another row without an id has the same name, and was created first',
};
const labelTaken = {
  code: 'label-taken',
  message: 'another pass has its label; the next one decides',
};

function waits(work: LifecycleWork, { tally }: ApplyContext, reason: Reason): void {
  tally.found(work.server.id, { outcome: 'waiting', ...labelOf(work), reason });
}

/** @returns whether it was processed */
async function createOne(
  work: LifecycleWork,
  context: ApplyContext,
  ends: TurnEnds,
): Promise<boolean> {
  const result = await create(context, work);
  switch (result.kind) {
    case 'interrupted':
      return interrupted(work, context, ends, result.error);
    case 'taken':
      waits(work, context, labelTaken);
      return true;
    case 'unsent':
      await failed(work, context, result.failure);
      return true;
    case 'rejected':
      return rejected(work, context, ends, result.error);
    case 'unsure':
      return true;
    case 'created':
      context.tally.found(result.answer.id, { outcome: 'created', ...labelOf(work) });
      try {
        await declare(work, context, ends, result.answer);
      } catch (error) {
        unwritten(error, work, context, ends);
      }
      return true;
  }
}

/** @returns whether it was processed */
async function removeOne(
  work: LifecycleWork,
  context: ApplyContext,
  ends: TurnEnds,
): Promise<boolean> {
  const result = await remove(context, work);
  if (result.kind === 'interrupted') return interrupted(work, context, ends, result.error);
  if (result.kind === 'taken') waits(work, context, labelTaken);
  return result.kind === 'rejected' ? rejected(work, context, ends, result.error) : true;
}

/** A pause ends the turn of one server, any other reason all of them. */
function interrupted(
  work: LifecycleWork,
  { tally }: ApplyContext,
  { end }: TurnEnds,
  error: InterruptedError,
): boolean {
  const { code, message } = error;
  if (code !== 'paused') {
    end(error);
    return false;
  }
  const reason = { code, message };
  tally.found(work.server.id, { outcome: 'paused', ...labelOf(work), reason });
  return true;
}

async function rejected(
  work: LifecycleWork,
  context: ApplyContext,
  { end }: TurnEnds,
  error: VendorError,
): Promise<boolean> {
  const failure = classifyFailure(error);
  if (failure === 'connection') {
    end(error);
    return false;
  }
  await failed(work, context, {
    // Of what does not exist yet, or was there a moment ago, it says no more than that.
    class: failure === 'missing' ? 'terminal' : failure,
    reason: { code: error.code, message: vendorProblem(error) },
    retryAfterMs: error.retryAfterMs,
  });
  return true;
}

async function failed(
  { server, plan }: LifecycleWork,
  { request, deps, lease, tally }: ApplyContext,
  failure: AttemptFailure,
): Promise<void> {
  const { connection } = request;
  const { record } = plan;
  const key = plan.key();
  const after = afterFailure(record, failure, key, deps.clock.now(), deps.random());
  const { outcome, reason } = after;
  tally.found(server.id, { outcome, ...labelOf({ server }), ...(reason && { reason }) });
  if (reason) {
    const about = { connection, pass: tally.id, server: server.id, ...labelOf({ server }) };
    tally.events.push({ type: 'Update Failed', ...about, outcome, reason });
  }
  lease.assertOwned(0);
  await deps.ledger.writeServer(connection, { ...after, ...labelOf({ server }) });
  tally.wrote(after, record);
}
