import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { Scope } from './scope.ts';
import { StoreError } from '../model/store-error.ts';
import { noQueueCode } from '../work/queue.ts';
import { serversOf } from './scope.ts';

/** Asks the queued function for a pass. @returns false if there is no queue @throws StoreError */
export async function sendOn(
  { queue, clock }: Dependencies,
  connection: string,
  scope: Scope,
  reason: 'continuation' | 'handover',
): Promise<boolean> {
  const servers = serversOf(scope);
  const dueAt = new Date(clock.now()).toISOString();
  const message = { version: 1 as const, connection, ...(servers && { servers }), reason, dueAt };
  try {
    await queue.send([{ message }]);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === noQueueCode) return false;
    throw error;
  }
}
