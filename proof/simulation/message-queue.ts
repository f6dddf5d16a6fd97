import type { WorkMessage } from '../../lib/work/message.ts';

export interface Message {
  readonly id: number;
  readonly body: string;
  /** Undefined for what is no message of Trueup's own. */
  readonly work: WorkMessage | undefined;
  readonly sentAt: number;
  /** Milliseconds since the epoch; while it is being worked, when it comes again. */
  visibleAt: number;
  receives: number;
}

/** The work queue: at least once, in no order. */
export class MessageQueue {
  messages: Message[] = [];
  /** What came too often. */
  readonly dead: Message[] = [];
  /** Told of each message, when it is there. */
  onSend: (message: Message) => void = () => undefined;
  #count = 0;

  send(now: number, work: WorkMessage | undefined, body: string, delayMs = 0): void {
    this.#count += 1;
    const message = {
      id: this.#count,
      body,
      work,
      sentAt: now,
      visibleAt: now + delayMs,
      receives: 0,
    };
    this.messages.push(message);
    this.onSend(message);
  }

  delete(message: Message): void {
    this.messages = this.messages.filter((one) => one !== message);
  }
}
