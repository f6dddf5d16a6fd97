import { StoreError } from './store-error.ts';

/** Why a message was sent; for people, and for what may be skipped. */
export const workReasons = [
  'share',
  'stream',
  'rotation',
  'continuation',
  'retry',
  'handover',
] as const;

export type WorkReason = (typeof workReasons)[number];

/** A message of the queue: a hint that carries a key. State is read anew. */
export interface WorkMessage {
  readonly version: 1;
  readonly connection: string;
  /** At most ten; absent means the whole connection. */
  readonly servers?: readonly string[];
  readonly reason: WorkReason;
  /** ISO 8601: when the work was due. */
  readonly dueAt: string;
}

/** As many servers as a message or a pass may name: they are read one by one; beyond, the list is cheaper. */
export const namedAtMost = 10;

/** The longest delay of a message. */
export const delayAtMostMs = 15 * 60_000;

/** Sends work. `delayMs` at most 15 minutes. Throws `StoreError` if some of the messages may not have been sent. */
export interface WorkQueue {
  send(messages: readonly { message: WorkMessage; delayMs?: number }[]): Promise<void>;
}

/** `code` of what `noQueue` throws. */
export const noQueueCode = 'no-queue';

/**
 * Stands where there is no queue, and refuses loudly: dropped work would be lost until the next scheduled pass without
 * a word. Who can do without (a retry waits for the schedule) goes by the code.
 */
export const noQueue: WorkQueue = {
  send: async (messages) => {
    throw new StoreError(noQueueCode, 'there is no queue to send work to', {
      context: { messages: messages.length },
    });
  },
};
