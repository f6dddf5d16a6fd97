import { labelOf } from '../tally.ts';
import type { NewBinding } from '../../lifecycle/protocol.ts';
import type { LabelWork } from '../../plan/server-plan.types.ts';
import type { Allowed } from '../guard.ts';
import type { Readings } from '../read/readings.types.ts';
import type { ApplyContext } from './context.types.ts';
import type { LifecycleWork } from './lifecycle-work.ts';
import { owner, settlingMs } from './lifecycle-work.ts';

/**
 * Records what this pass read about unresolved attempts: servers that may have been created or deleted.
 *
 * @throws StoreError, LostUpdateError or InterruptedError
 */
export async function settleLabels(
  allowed: Allowed,
  { desired }: Readings,
  context: ApplyContext,
): Promise<void> {
  for (const [id, plan] of allowed.servers) {
    const declared = desired.servers.get(id);
    if (!plan.label || !declared?.valid || !declared.server.created) continue;
    const server = { ...declared.server, created: declared.server.created };
    // oxlint-disable-next-line no-await-in-loop -- few, and each only while the lease is owned
    await settle(context, server, plan.label);
  }
}

async function settle(
  context: ApplyContext,
  server: LifecycleWork['server'],
  work: LabelWork,
): Promise<void> {
  const { deps, request, lease, tally } = context;
  const { label, stored } = server.created;
  const about = { connection: request.connection, pass: tally.id, ...labelOf({ server }) };
  lease.assertOwned(0);
  if (work.kind === 'settle') {
    const { begunAt, found } = work;
    const binding = newBinding(context);
    const ms = settlingMs(context);
    const event = { kind: 'listed', begunAt, settlingMs: ms, found, binding } as const;
    const settled = await deps.ledger.advance(request.connection, label, event, stored);
    if (!settled.ok) return;
    const { reservation, binding: bound } = settled.stored;
    const reason = reservation?.reason;
    tally.written += 1;
    if (bound) {
      const { id, consentUrl } = bound;
      const consent = consentUrl === undefined ? {} : { consentUrl };
      tally.events.push({ type: 'Server Created', ...about, server: id, ...consent });
    }
    if (reason) tally.found(server.id, { outcome: 'unsure', ...labelOf({ server }), reason });
    return;
  }
  const begunAt = tally.startedAt;
  const event =
    work.kind === 'removal'
      ? ({ kind: 'read', begunAt, settlingMs: settlingMs(context), isThere: work.isThere } as const)
      : ({ kind: work.kind === 'connected' ? 'connected' : 'vanished' } as const);
  const settled = await deps.ledger.advance(request.connection, label, event, stored);
  if (!settled.ok) return;
  tally.written += 1;
  if (work.kind !== 'removal' || settled.stored.binding) return;
  tally.events.push({ type: 'Server Deleted', ...about, server: server.id });
}

/** The parts of a new binding that are the same for every label. */
export function newBinding(context: Pick<ApplyContext, 'deps' | 'account'>): NewBinding {
  return {
    ...owner(context),
    origin: 'created',
    at: new Date(context.deps.clock.now()).toISOString(),
  };
}
