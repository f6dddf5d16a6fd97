import { isUnreadable } from './apply-outcome.ts';
import type { PassInputs, PassPlan } from './plan-pass.ts';

/**
 * Which marks of the lease item are done with: servers that were sent again, that have nothing unreadable to send, or
 * that nobody declares any more. The others stay until a later pass has sent them.
 *
 * @param scope - what the pass read; undefined means all
 */
export function settledMarks(
  marks: ReadonlySet<string>,
  { desired }: PassInputs,
  plan: PassPlan,
  resent: ReadonlySet<string>,
  scope: readonly string[] | undefined,
): readonly string[] {
  return [...marks].filter((id) => {
    if (resent.has(id)) return true;
    if (scope && !scope.includes(id)) return false;
    if (!desired.servers.has(id)) return true;
    const server = plan.servers.get(id);
    return server?.inSyncAs !== undefined && !server.verdicts.some(isUnreadable);
  });
}
