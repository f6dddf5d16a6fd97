import { classifyFailure } from '../../model/errors/failure.ts';
import { TrueupError } from '../../model/errors/errors.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import type { CreatedAnswer } from '../../gateways/provider.ts';
import { uniqueText } from '../../plan/holders.ts';
import type { Reason } from '../../model/ledger.types.ts';
import { notedRecord, planServer } from '../../plan/server-plan.ts';
import { afterFailure } from '../after-failure.ts';
import type { AttemptFailure } from '../after-failure.ts';
import { planContext } from '../plan.ts';
import { labelOf } from '../tally.ts';
import type { ApplyContext, ServerWork } from './context.types.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import type { LifecycleWork } from './lifecycle-work.ts';

/** Callbacks for the other servers of the pass. */
export interface TurnEnds {
  readonly isOver: () => boolean;
  /** The connection failed, the lease was lost, or the deadline was reached. */
  readonly end: (error: VendorError | InterruptedError) => void;
  /** Sends the declared state to a server, and records the result. */
  readonly update: (work: ServerWork) => Promise<void>;
}

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
      if (!(error instanceof TrueupError)) throw error;
      if (error instanceof InterruptedError) {
        ends.end(error);
        left.push(one);
        continue;
      }
      const { code } = error;
      context.log.error('a server could not be created or deleted', {
        server: one.server.id,
        code,
      });
      const reason = { code, message: 'the state of its label could not be written' };
      context.tally.found(one.server.id, { outcome: 'failed', ...labelOf(one), reason });
    }
  }
  return left;
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
      await declare(work, context, ends, result.answer);
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

/** A new server is one like any other: what it has is compared with what is declared, and what differs is sent by PUT. */
async function declare(
  work: LifecycleWork,
  context: ApplyContext,
  { end, update }: TurnEnds,
  { id, server: shown }: CreatedAnswer,
): Promise<void> {
  const { request, deps, lease, tally, seen, session } = context;
  const { created: _created, ...declaredServer } = work.server;
  const server = { ...declaredServer, id };
  const declared = { valid: true, server } as const;
  const found = { outcome: 'created', ...labelOf(work) } as const;
  tally.found(id, found);
  let live = shown;
  try {
    live ??= await session.get(id);
  } catch (error) {
    if (!isVendorError(error) && !(error instanceof InterruptedError)) throw error;
    if (error instanceof InterruptedError || classifyFailure(error) === 'connection') end(error);
    const { code, message } = error;
    const reason = { code, message: `it was created; ${message}` };
    tally.found(id, { outcome: 'waiting', ...labelOf(work), reason });
    return;
  }
  const now = deps.clock.now();
  const { attended } = request;
  const fresh = planContext(seen, attended, now, deps.secretPrefix);
  const plan = planServer(fresh, { declared, live, resend: 'none', isRead: true });
  const changes = plan.verdicts.flatMap((one) => (one.state === 'change' ? [one.change] : []));
  if (changes.length > 0) {
    await update({ server, plan, live, changes, held: false });
    if (tally.outcomeOf(id) === 'updated') tally.found(id, found);
    return;
  }
  const record = notedRecord(plan, declared, now);
  if (!record) return;
  lease.assertOwned(0);
  await deps.ledger.writeServer(request.connection, record);
  tally.wrote(record, undefined);
}
