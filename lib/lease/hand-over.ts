import { StoreError } from '../model/errors/store-error.ts';
import type { Clock } from '../model/runtime.types.ts';
import { noQueue, noQueueCode } from '../work/queue.ts';
import type { WorkQueue } from '../work/queue.ts';
import { serversOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** Work for another process. */
export interface Handover {
  readonly scope: Scope;
  readonly reason: 'continuation' | 'handover';
  /** For a continuation: its number in a row of continuations. */
  readonly hops?: number;
}

/** Requests a pass from the queued function. @returns false if there is no queue @throws StoreError */
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

/** A queue whose failures count as having no queue: work that is not sent stays in the lease for its next owner. */
export function ifItAnswers(queue: WorkQueue): WorkQueue {
  return {
    send: (messages) =>
      queue.send(messages).catch((error: unknown) => {
        if (error instanceof StoreError) return noQueue.send(messages);
        throw error;
      }),
  };
}
