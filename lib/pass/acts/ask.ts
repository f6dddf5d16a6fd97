import { noQueue } from '../../work/queue.ts';
import type { Dependencies } from '../dependencies.types.ts';

/**
 * Asks the deployed functions for a pass over a connection, and records who asked.
 *
 * @throws StoreError, code `no-queue`, where there are no functions to ask: nothing is recorded then
 */
export async function askForPass(
  connection: string,
  by: string,
  { ledger, queue, clock }: Pick<Dependencies, 'ledger' | 'queue' | 'clock'>,
): Promise<void> {
  const dueAt = new Date(clock.now()).toISOString();
  if (queue !== noQueue) {
    await ledger.record(connection, { kind: 'reconcile', at: dueAt, by });
  }
  await queue.send([{ message: { version: 1, connection, reason: 'share', dueAt } }]);
}
