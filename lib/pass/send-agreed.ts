import { isSent } from '../model/outcome.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { Preview } from './preview.ts';
import { reconcile } from './reconcile.ts';
import type { Attended, PassRequest, PassResult } from './request.types.ts';

/** Hashes of the changes that an apply of the plan sends, by server. @param approved - whether held changes are sent too */
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
 * Runs the pass for a confirmed plan, unless there is nothing to send or record.
 *
 * @param plan - the plan of the preview, or the confirmed part of it
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
