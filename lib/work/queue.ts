import { StoreError } from '../model/errors/store-error.ts';
import type { WorkMessage } from './message.ts';

/** The longest delay of a message. */
export const delayAtMostMs = 15 * 60_000;

/** Sends work. `delayMs` at most 15 minutes. Throws `StoreError` if some of the messages may not have been sent. */
export interface WorkQueue {
  send(messages: readonly { message: WorkMessage; delayMs?: number }[]): Promise<void>;
  /**
   * A message that was received comes again so much later, and not only after the queue's visibility timeout. Absent where
   * there is no such thing. Throws `StoreError`.
   */
  returnIn?(receipt: string, delayMs: number): Promise<void>;
}

/** `code` of what `noQueue` throws. */
export const noQueueCode = 'no-queue';

/**
 * Used where there is no queue. It refuses, since dropped work would be lost until the next scheduled pass without a
 * word. A caller that does not need it (a retry waits for the schedule) goes by the code.
 */
export const noQueue: WorkQueue = {
  send: async (messages) => {
    throw new StoreError(noQueueCode, 'there is no queue to send work to', {
      context: { messages: messages.length },
    });
  },
};
