import type { Clock } from '../model/runtime.types.ts';
import { withoutWait } from '../plan/due.ts';
import type { Ledger } from './ledger.types.ts';

/**
 * Removes waits, so that the next pass retries what failed or waits, except where the gateway's `Retry-After` has not
 * ended. Runs under the lease, because a concurrent pass would overwrite the records.
 *
 * @param ids - server ids; absent means all servers of the connection
 * @param assertOwned - throws unless the lease is owned
 * @returns the number of servers that are tried again
 * @throws StoreError, LostUpdateError or InterruptedError; servers not yet processed are unchanged
 */
export async function forgetWaits(
  connection: string,
  ids: readonly string[] | undefined,
  {
    ledger,
    clock,
  }: { readonly ledger: Pick<Ledger, 'read' | 'writeServer'>; readonly clock: Pick<Clock, 'now'> },
  assertOwned: () => void,
): Promise<number> {
  const { servers } = await ledger.read(connection, ids);
  let count = 0;
  for (const record of servers.values()) {
    const due = withoutWait(record, clock.now());
    if (!due) continue;
    assertOwned();
    // oxlint-disable-next-line no-await-in-loop -- few, and each only while the lease is owned
    await ledger.writeServer(connection, due);
    count += 1;
  }
  return count;
}
