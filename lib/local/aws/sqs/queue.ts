import { createHash, randomUUID } from 'node:crypto';
import { AwsFault } from '../aws-json.ts';

/** A message's attribute on the wire; binary values are base64 text. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message in a queue. Times are milliseconds since the epoch. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sent: number;
  /** Until then the message is delayed (never received yet) or in flight. */
  visibleAt: number;
  receives: number;
  firstReceived?: number;
}

/** A standard queue. `attributes` are SQS's own, as text. */
export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly created: number;
  readonly attributes: Readonly<Record<string, string>>;
  messages: QueuedMessage[];
}

const maxDelay = 900;
const maxBodyBytes = 1024 * 1024;
const maxVisibility = 43_200;

/** An error of SQS, with the header from which the client reads its older name. */
export function sqsFault(type: string, message: string, code: string = type): AwsFault {
  const headers = { 'x-amzn-query-error': `${code};Sender` };
  return new AwsFault(`com.amazonaws.sqs#${type}`, message, { headers });
}

const invalid = (message: string) => sqsFault('InvalidParameterValue', message);

/** Puts a message into a queue. @throws AwsFault InvalidParameterValue for a delay or body that SQS refuses */
export function enqueue(
  queue: Queue,
  now: number,
  input: Readonly<Record<string, unknown>>,
): QueuedMessage {
  const { MessageBody: body, MessageAttributes: attributes = {} } = input;
  const delay = input['DelaySeconds'] ?? Number(queue.attributes['DelaySeconds'] ?? 0);
  if (typeof delay !== 'number' || !Number.isInteger(delay) || delay < 0 || delay > maxDelay) {
    const reason = `DelaySeconds must be >= 0 and <= ${maxDelay}`;
    throw invalid(
      `Value ${JSON.stringify(delay)} for parameter DelaySeconds is invalid. Reason: ${reason}.`,
    );
  }
  if (typeof body !== 'string' || body === '') {
    throw sqsFault('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBodyBytes} bytes.`,
    );
  }
  const message: QueuedMessage = {
    id: randomUUID(),
    body,
    md5: createHash('md5').update(body).digest('hex'),
    attributes: attributes as QueuedMessage['attributes'],
    sent: now,
    visibleAt: now + delay * 1000,
    receives: 0,
  };
  queue.messages.push(message);
  return message;
}

/**
 * Takes up to `count` visible messages in the order in which they became visible, hidden for `visibility` seconds. A
 * message that was received `maxReceiveCount` times goes to `deadLetters` instead.
 */
export function receive(
  queue: Queue,
  now: number,
  options: {
    readonly count: number;
    readonly visibility?: number;
    readonly deadLetters?: Queue | undefined;
    readonly ignoreDelay?: boolean;
  },
): QueuedMessage[] {
  const visibility = options.visibility ?? Number(queue.attributes['VisibilityTimeout'] ?? 30);
  const visible = (message: QueuedMessage) =>
    message.visibleAt <= now || (options.ignoreDelay === true && message.receives === 0);
  const taken: QueuedMessage[] = [];
  for (const message of queue.messages.toSorted((a, b) => a.visibleAt - b.visibleAt)) {
    if (taken.length === options.count) break;
    if (!visible(message)) continue;
    if (options.deadLetters && message.receives >= maxReceives(queue)) {
      remove(queue, message.id);
      options.deadLetters.messages.push({ ...message, visibleAt: now });
      continue;
    }
    message.receives += 1;
    message.firstReceived ??= now;
    message.visibleAt = now + visibility * 1000;
    taken.push(message);
  }
  return taken;
}

/** The ARN of the dead-letter queue, if there is one. */
export function deadLetterArn(queue: Queue): string | undefined {
  return redrive(queue)?.deadLetterTargetArn;
}

/** A new one for each receive; only the newest deletes. */
export const receiptOf = ({ id, receives }: QueuedMessage) =>
  Buffer.from(`${id}#${receives}`).toString('base64');

/** The message of a receipt handle, undefined if it was received again or deleted. @throws AwsFault ReceiptHandleIsInvalid */
export function byReceipt(queue: Queue, receipt: unknown): QueuedMessage | undefined {
  const text = typeof receipt === 'string' ? Buffer.from(receipt, 'base64').toString('utf8') : '';
  const [, id, receives] = /^([0-9a-f-]{36})#(\d+)$/.exec(text) ?? [];
  if (id === undefined) {
    throw sqsFault('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
  }
  return queue.messages.find((one) => one.id === id && one.receives === Number(receives));
}

/** Hides a message for that many seconds from now, 0 to 12 hours. @throws AwsFault InvalidParameterValue */
export function changeVisibility(message: QueuedMessage, now: number, seconds: unknown): void {
  if (typeof seconds !== 'number' || seconds < 0 || seconds > maxVisibility) {
    throw invalid(`VisibilityTimeout must be between 0 and ${maxVisibility}.`);
  }
  message.visibleAt = now + seconds * 1000;
}

/** Deletes a message. */
export function remove(queue: Queue, id: string): void {
  queue.messages = queue.messages.filter((message) => message.id !== id);
}

const maxReceives = (queue: Queue) => Number(redrive(queue)?.maxReceiveCount ?? Infinity);

interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number | string;
}

function redrive(queue: Queue): RedrivePolicy | undefined {
  const policy = queue.attributes['RedrivePolicy'];
  return policy === undefined ? undefined : (JSON.parse(policy) as RedrivePolicy);
}
