import { classifyFailure } from '../../model/errors/failure.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { isVendorError } from '../../model/errors/vendor-error.ts';
import type { CreatedAnswer } from '../../gateways/provider.ts';
import { notedRecord, planServer } from '../../plan/server-plan.ts';
import { planContext } from '../plan.ts';
import { labelOf } from '../tally.ts';
import type { ApplyContext, TurnEnds } from './context.types.ts';
import type { LifecycleWork } from './lifecycle-work.ts';

/**
 * A new server is one like any other: what it has is compared with what is declared, and what differs is sent by PUT.
 *
 * @throws StoreError or LostUpdateError if its record could not be written, InterruptedError unless the lease is owned
 */
export async function declare(
  work: LifecycleWork,
  context: ApplyContext,
  { end, update }: TurnEnds,
  { id, server: shown }: CreatedAnswer,
): Promise<void> {
  const { request, deps, lease, tally, seen, session } = context;
  const { created: _created, ...declaredServer } = work.server;
  const server = { ...declaredServer, id };
  const declared = { valid: true, server } as const;
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
    if (tally.outcomeOf(id) === 'updated')
      tally.found(id, { outcome: 'created', ...labelOf(work) });
    return;
  }
  const record = notedRecord(plan, declared, now);
  if (!record) return;
  lease.assertOwned(0);
  await deps.ledger.writeServer(request.connection, record);
  tally.wrote(record, undefined);
}
