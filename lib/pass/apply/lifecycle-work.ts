import type { CreatedServer, DesiredServer } from '../../model/desired.types.ts';
import type { LifecycleRecord } from '../../model/history.types.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { Outcome } from '../../model/outcome.ts';
import { isSent } from '../../model/outcome.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { isNewOutcome, withOutcome } from '../../plan/record.ts';
import type { RecordUpdate } from '../../plan/record.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import type { Allowed } from '../guard.ts';
import type { Readings } from '../read/readings.types.ts';
import type { Attended } from '../request.types.ts';
import { labelOf } from '../tally.ts';
import type { ApplyContext } from './context.types.ts';

/** A server to create or delete. */
export interface LifecycleWork {
  readonly kind: 'create' | 'delete';
  readonly server: DesiredServer & { readonly created: CreatedServer };
  readonly plan: ServerPlan;
  /** All its changes, because it can only be created or deleted as a whole. */
  readonly changes: readonly FieldChange[];
}

/**
 * Servers to create or delete: those in the plan that the guard does not hold, and all of whose changes the user, if
 * there is one, was shown. Deletions come last. They need an approval of each change, and a pass that read all servers.
 */
export function lifecycleWork(
  { planned, servers, approved, unreadable }: Allowed,
  { desired }: Readings,
  attended: Attended | undefined,
): readonly LifecycleWork[] {
  const found = planned.flatMap(({ id, outcome, changes }): readonly LifecycleWork[] => {
    const plan = servers.get(id);
    const declared = desired.servers.get(id);
    if (!plan || !declared?.valid || !isSent(outcome) || outcome === 'updated') return [];
    const { created } = declared.server;
    const isPermitted = changes.every(
      ({ held, hash }) =>
        !held &&
        (attended === undefined || attended.shown.has(hash)) &&
        (outcome === 'created' || (approved.has(hash) && unreadable.size === 0)),
    );
    if (!created || !isPermitted || changes.length === 0) return [];
    const kind = outcome === 'created' ? 'create' : 'delete';
    return [{ kind, server: { ...declared.server, created }, plan, changes }];
  });
  return found.toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

/** Records a server's result in its item and in the report. @throws StoreError, LostUpdateError or InterruptedError */
export async function note(
  { request, deps, lease, tally }: ApplyContext,
  { server, plan }: Pick<LifecycleWork, 'server' | 'plan'>,
  outcome: Outcome,
  update: RecordUpdate & { readonly reason?: Reason | undefined },
): Promise<void> {
  const { record } = plan;
  const { reason } = update;
  const all = { label: server.label, ...update };
  tally.found(server.id, { outcome, ...labelOf({ server }), ...(reason && { reason }) });
  if (!isNewOutcome(record, outcome, all)) return;
  lease.assertOwned(0);
  const written = withOutcome(record, outcome, deps.clock.now(), all);
  await deps.ledger.writeServer(request.connection, written);
  tally.wrote(written, record);
}

/**
 * Reports that it is not known whether a request was processed. Called before anything is written, so that the report
 * has it even if that fails.
 */
export function reportUnsure(
  { request: { connection }, tally }: Pick<ApplyContext, 'request' | 'tally'>,
  { server }: Pick<LifecycleWork, 'server'>,
  reason: Reason,
): void {
  const about = { server: server.id, ...labelOf({ server }) };
  tally.found(server.id, { outcome: 'unsure', ...labelOf({ server }), reason });
  tally.events.push({ type: 'Server Unsure', connection, pass: tally.id, ...about, reason });
}

/** The history's record of the request that is about to be sent. */
export function lifecycleRecord(
  { request, deps, tally, approvals }: ApplyContext,
  { kind, server, changes }: LifecycleWork,
): LifecycleRecord {
  const approval = changes.map(({ hash }) => approvals.get(hash)).find((one) => one !== undefined);
  return {
    kind,
    server: server.id,
    ...labelOf({ server }),
    at: new Date(deps.clock.now()).toISOString(),
    pass: tally.id,
    trigger: request.trigger,
    ...request.caller,
    declaration: server.contentHash,
    ...(approval !== undefined && { approval }),
    fields: changes.map(({ pointer, cause, before, after }) => ({
      pointer,
      cause,
      before,
      after,
    })),
  };
}

/** How long a request that may have been sent, or an older list, can still be in progress. */
export function settlingMs({ deps: { settings }, seen }: Pick<ApplyContext, 'deps' | 'seen'>) {
  const { putPatience = 1 } = seen.desired.provider;
  return settings.attemptMs * putPatience + settings.leaseMs + settings.marginMs;
}

/** The properties of this deployment in a binding. */
export function owner({ deps, account }: Pick<ApplyContext, 'deps' | 'account'>) {
  return { account, stack: deps.secretPrefix };
}
