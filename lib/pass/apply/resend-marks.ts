import type { ChangeRecord } from '../../model/history.types.ts';
import { eachLimited } from '../limited.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';
import type { Wanted } from '../plan.ts';
import type { Tables } from '../read/readings.types.ts';
import { isUnreadable } from './answer.ts';

const writesAtOnce = 10;

/**
 * Removes the marks that this pass read for servers that were sent again or marked again, have no unreadable fields, or
 * are no longer declared. The others stay until a later pass has sent them.
 *
 * @param done - servers that were sent again or marked again
 * @param scope - the servers that the pass read; undefined means all
 */
export async function forgetMarks(
  ledger: Ledger,
  { desired, ledger: { resend } }: Tables,
  { servers }: Wanted,
  done: ReadonlySet<string>,
  scope: readonly string[] | undefined,
): Promise<void> {
  const isOver = (id: string) => {
    if (done.has(id)) return true;
    if (scope && !scope.includes(id)) return false;
    if (!desired.servers.has(id)) return true;
    const server = servers.get(id);
    return server?.inSyncAs !== undefined && !server.verdicts.some(isUnreadable);
  };
  const over = [...resend].filter(([id]) => isOver(id));
  await eachLimited(over, writesAtOnce, ([id, marks]) =>
    ledger.clearResend(desired.connection.name, id, marks),
  );
}

/** Whether the change had all unreadable fields; a user may have confirmed only some of them. */
export function isAllSent({ verdicts }: ServerPlan, { fields }: ChangeRecord): boolean {
  const sent = new Set(fields.map(({ pointer }) => pointer));
  return verdicts.every((verdict) => !isUnreadable(verdict) || sent.has(verdict.unit.pointer));
}
