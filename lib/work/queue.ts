import { StoreError } from '../model/errors/store-error.ts';
import type { WorkMessage } from './message.ts';

/** The maximum delay of a message. */
export const delayAtMostMs = 15 * 60_000;

/** Sends messages. `delayMs` is at most 15 minutes. Throws `StoreError` if some messages may not have been sent. */
export interface WorkQueue {
  send(messages: readonly { message: WorkMessage; delayMs?: number }[]): Promise<void>;
  /**
   * Makes a received message visible again after `delayMs` instead of the queue's visibility timeout. Absent if the
   * queue does not support it. Throws `StoreError`.
   */
  returnIn?(receipt: string, delayMs: number): Promise<void>;
}

/** `code` of what `noQueue` throws. */
export const noQueueCode = 'no-queue';

/**
 * Used if there is no queue. It throws, because work that is silently dropped would wait for the next scheduled pass. A
 * caller for which that is fine (such as a retry) checks for the code.
 */
export const noQueue: WorkQueue = {
  send: async (messages) => {
    throw new StoreError(noQueueCode, 'there is no queue to send work to', {
      context: { messages: messages.length },
    });
  },
};
