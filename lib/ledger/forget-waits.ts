import type { Clock } from '../model/runtime.types.ts';
import { withoutWait } from '../plan/due.ts';
import type { Ledger } from './ledger.types.ts';

/**
 * Has the next pass try again what failed or waits, but what the gateway's own `Retry-After` holds back. Under the lease:
 * a pass at the same moment would write over it.
 *
 * @param ids - servers; absent means all of the connection's
 * @param assertOwned - throws unless the lease is owned
 * @returns how many servers are tried again
 * @throws StoreError, LostUpdateError or InterruptedError: the others are as they were
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
