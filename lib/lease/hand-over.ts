import { StoreError } from '../model/errors/store-error.ts';
import type { Clock } from '../model/runtime.types.ts';
import { noQueue, noQueueCode } from '../work/queue.ts';
import type { WorkQueue } from '../work/queue.ts';
import { serversOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** What another process is asked for. */
export interface Handover {
  readonly scope: Scope;
  readonly reason: 'continuation' | 'handover';
  /** Of a continuation: how many there are in a row, this one included. */
  readonly hops?: number;
}

/** Asks the queued function for a pass. @returns false if there is no queue @throws StoreError */
export async function handOver(
  { queue, clock }: { readonly queue: WorkQueue; readonly clock: Clock },
  connection: string,
  { scope, ...why }: Handover,
): Promise<boolean> {
  const servers = serversOf(scope);
  const dueAt = new Date(clock.now()).toISOString();
  const message = { version: 1 as const, connection, ...(servers && { servers }), ...why, dueAt };
  try {
    await queue.send([{ message }]);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === noQueueCode) return false;
    throw error;
  }
}

/** A queue that counts as none where it fails: what is not sent stays with the lease, for its next owner. */
export function ifItAnswers(queue: WorkQueue): WorkQueue {
  return {
    send: (messages) =>
      queue.send(messages).catch((error: unknown) => {
        if (error instanceof StoreError) return noQueue.send(messages);
        throw error;
      }),
  };
}
