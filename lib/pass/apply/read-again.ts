import { planServer } from '../../plan/server-plan.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import { readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { planContext, serverInputs } from '../plan.ts';
import { lacks } from '../read/read.ts';
import { leftOut } from '../read/live.ts';
import type { ApplyContext, ServerWork } from './context.types.ts';

/**
 * If the PUT replaces more than the changed fields, plans the server again from a GET right before it, so that other
 * changes made meanwhile are kept. Only the changes that are still the same are sent.
 *
 * @throws VendorError if the server cannot be read, or the answer lacks what the PUT would replace
 */
export async function readAgain(context: ApplyContext, work: ServerWork): Promise<ServerWork> {
  if (!replacesMore(work)) return work;
  const { seen, request, session } = context;
  const { id } = work.server;
  const live = await session.get(work.live.id);
  const declared = { valid: true, server: work.server } as const;
  if (lacks(declared, live)) throw leftOut(id);
  const now = context.deps.clock.now();
  const plan = planServer(planContext(seen, request.attended, now, context.deps.secretPrefix), {
    ...serverInputs(seen, id, declared),
    live,
    record: work.plan.record,
    isRead: true,
  });
  const present = plan.verdicts.flatMap((verdict) =>
    verdict.state === 'change' ? [verdict.change] : [],
  );
  const decided = isDecided(work.changes);
  const changes = present.filter(decided);
  if (changes.length === 0 && present.length > 0) throw changedMeanwhile(id);
  return { ...work, live, plan, changes };
}

/** Whether a PUT of the changes would contain parts that Trueup does not own, or clear some. */
function replacesMore({ plan, changes, live }: ServerWork): boolean {
  const pointers = new Set(changes.map(({ pointer }) => pointer));
  const isWhole = (unit: Unit) =>
    unit.field.replaces === 'member'
      ? readUnit(unit, live).kind !== 'unreadable'
      : unit.field.replaces !== 'field';
  return plan.verdicts.some(
    ({ unit }) => pointers.has(unit.pointer) && (unit.field.clears !== undefined || isWhole(unit)),
  );
}

/** Changes are the same if their hashes are equal, or if the earlier one had an unknown value before. */
function isDecided(changes: readonly FieldChange[]): (change: FieldChange) => boolean {
  const hashes = new Set(changes.map(({ hash }) => hash));
  const unknown = new Set(
    changes.flatMap(({ before, pointer }) => (before.kind === 'unreadable' ? [pointer] : [])),
  );
  return ({ hash, pointer }) => hashes.has(hash) || unknown.has(pointer);
}

function changedMeanwhile(server: string): VendorError {
  const message = 'it was changed at the gateway while this pass ran; a later pass decides';
  return new VendorError('body', 'get', message, { context: { server } });
}
