import { isSent } from '../model/outcome.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { Preview } from './preview.ts';
import { reconcile } from './reconcile.ts';
import type { Attended, PassRequest, PassResult } from './request.types.ts';

/** Hashes of what an apply of the plan sends, by server. @param approved - whether what the guard holds is sent too */
export function changesToSend(
  { changes }: Plan,
  approved: boolean,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    changes.flatMap(({ id, outcome, changes: fields }) => {
      if (!isSent(outcome) && outcome !== 'held') return [];
      const hashes = fields.filter(({ held }) => approved || !held).map(({ hash }) => hash);
      return hashes.length === 0 ? [] : [[id, hashes]];
    }),
  );
}

/**
 * The pass of a person who agreed to a plan; none where there is nothing to send and nothing to record.
 *
 * @param plan - of the preview, or the part of it that was agreed to
 * @throws StoreError, as `reconcile` does
 */
export async function sendAgreed(
  request: PassRequest,
  plan: Plan,
  { earlier, idle }: Preview,
  agreement: Omit<Attended, 'shown' | 'earlier'>,
  deps: Dependencies,
): Promise<PassResult> {
  const shown = new Set([...changesToSend(plan, agreement.approved).values()].flat());
  if (shown.size === 0 && idle) return { kind: 'done', report: idle, plan, others: [] };
  return reconcile({ ...request, attended: { ...agreement, shown, earlier } }, deps);
}
