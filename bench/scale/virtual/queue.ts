import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Scheduler } from '../../../proof/simulation/scheduler.ts';

/** A message of the work queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  /** When it could be received for the first time. */
  readonly dueAt: number;
  receives: number;
  isDone: boolean;
  /** Makes it visible again, unless it is deleted before. */
  timer?: { cancel: () => void };
}

const visibilityMs = 30 * 60_000;
const receivesAtMost = 5;

/**
 * What SQS does with messages, in virtual time: delays, visibility, dead letters; at least once, the first that became
 * visible first. The embedded world's own looks at all of its messages for each that it hands out, which is too slow for
 * a hundred thousand.
 */
export class VirtualQueue {
  readonly deadLetters: QueuedMessage[] = [];
  /** Called when a message becomes visible. */
  onVisible: () => void = () => undefined;
  readonly #scheduler: Scheduler;
  #visible: QueuedMessage[] = [];
  #next = 0;
  /** In the order in which they became due. */
  readonly #due: QueuedMessage[] = [];
  #firstUndone = 0;
  #count = 0;
  #waiting = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  send(body: string, delayMs: number): void {
    const { now } = this.#scheduler;
    this.#count += 1;
    this.#waiting += 1;
    const message: QueuedMessage = {
      id: String(this.#count),
      body,
      sentAt: now,
      dueAt: now + delayMs,
      receives: 0,
      isDone: false,
    };
    const becomeDue = () => {
      this.#due.push(message);
      this.#show(message);
    };
    if (delayMs > 0) this.#scheduler.after(delayMs, becomeDue);
    else becomeDue();
  }

  #show(message: QueuedMessage): void {
    this.#visible.push(message);
    this.onVisible();
  }

  get hasVisible(): boolean {
    return this.#next < this.#visible.length;
  }

  /** Messages that are not deleted, those in flight and those with a delay included. */
  get length(): number {
    return this.#waiting;
  }

  /** How long the oldest message has been due, in milliseconds; 0 if none is. */
  get oldestMs(): number {
    while (this.#due[this.#firstUndone]?.isDone) this.#firstUndone += 1;
    const oldest = this.#due[this.#firstUndone];
    return oldest ? this.#scheduler.now - oldest.dueAt : 0;
  }

  receive(): QueuedMessage | undefined {
    for (;;) {
      const message = this.#visible[this.#next];
      if (!message) return undefined;
      this.#next += 1;
      if (this.#next > 10_000) {
        this.#visible = this.#visible.slice(this.#next);
        this.#next = 0;
      }
      if (message.isDone) continue;
      if (message.receives >= receivesAtMost) {
        this.deadLetters.push(message);
        this.delete(message);
        continue;
      }
      message.receives += 1;
      this.#showIn(message, visibilityMs);
      return message;
    }
  }

  #showIn(message: QueuedMessage, ms: number): void {
    message.timer?.cancel();
    message.timer = this.#scheduler.after(ms, () => this.#show(message));
  }

  delete(message: QueuedMessage): void {
    if (message.isDone) return;
    message.isDone = true;
    message.timer?.cancel();
    this.#waiting -= 1;
  }

  /** What Trueup's own adapter for SQS talks to: it sends, and returns messages that failed. */
  client(call: (operation: string) => Promise<void>): SQSClient {
    const send = async (command: unknown) => {
      if (command instanceof SendMessageBatchCommand) {
        await call('SendMessageBatch');
        for (const { MessageBody = '', DelaySeconds = 0 } of command.input.Entries ?? []) {
          this.send(MessageBody, DelaySeconds * 1000);
        }
        return {};
      }
      if (command instanceof ChangeMessageVisibilityCommand) {
        await call('ChangeMessageVisibility');
        const { ReceiptHandle, VisibilityTimeout = 0 } = command.input;
        const message = this.#due.findLast(({ id }) => id === ReceiptHandle);
        if (message && !message.isDone) this.#showIn(message, VisibilityTimeout * 1000);
        return {};
      }
      throw new RangeError('the virtual queue has no such operation');
    };
    return { send } as unknown as SQSClient;
  }
}

/** The message as Lambda passes it to a function. */
export function recordOf({ id, body, sentAt, receives }: QueuedMessage): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt),
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(sentAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Work',
    awsRegion: 'us-east-1',
  };
}
