import { noQueue } from '../../work/queue.ts';
import type { Dependencies } from '../dependencies.types.ts';

/**
 * Requests a pass over a connection from the deployed functions, and records who did.
 *
 * @throws StoreError, code `no-queue`, if there are no functions; then nothing is recorded
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
