import {
  receiptOf,
  receive,
  remove,
  type MessageAttribute,
  type Queue,
  type QueuedMessage,
} from './queue.ts';

/** What Lambda passes to a function on a queue. */
export interface SqsEvent {
  readonly Records: SqsRecord[];
}

/** One message of an {@link SqsEvent}. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly SenderId: string;
    readonly ApproximateFirstReceiveTimestamp: string;
  };
  readonly messageAttributes: Record<
    string,
    {
      readonly stringValue?: string;
      readonly binaryValue?: string;
      readonly stringListValues: string[];
      readonly binaryListValues: string[];
      readonly dataType: string;
    }
  >;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** A function on a queue. Messages that it reports as failed, or for which it throws, stay in the queue. */
export type SqsHandler = (
  event: SqsEvent,
) => Promise<{ readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | void>;

/** The result of a pump. */
export interface Pumped {
  readonly delivered: number;
  /** Messages that returned to the queue, with the handler's error if it threw one. */
  readonly failures: { readonly messageId: string; readonly error?: unknown }[];
}

/** Options of a pump. */
export interface PumpOptions {
  /** Also delivers messages whose delay has not ended. A visibility timeout is always honoured. */
  readonly ignoreDelay?: boolean;
  /** Deliveries before it gives up on a queue that never empties. Defaults to 1000. */
  readonly limit?: number;
}

/** Delivers one message at a time until none is visible. @throws Error above the limit of deliveries */
export async function pumpQueue(
  queue: Queue,
  deadLetters: Queue | undefined,
  now: () => number,
  handler: SqsHandler,
  { ignoreDelay = false, limit = 1000 }: PumpOptions = {},
): Promise<Pumped> {
  const failures: { messageId: string; error?: unknown }[] = [];
  for (let delivered = 0; ; delivered += 1) {
    const [message] = receive(queue, now(), { count: 1, deadLetters, ignoreDelay });
    if (!message) return { delivered, failures };
    if (delivered >= limit)
      throw new Error(`${queue.name} still had messages after ${limit} deliveries`);
    const { id: messageId } = message;
    try {
      const answer = await handler({ Records: [recordOf(queue, message)] });
      const failed = answer ? answer.batchItemFailures.length > 0 : false;
      if (failed) failures.push({ messageId });
      else remove(queue, messageId);
    } catch (error) {
      failures.push({ messageId, error });
    }
  }
}

function recordOf(queue: Queue, message: QueuedMessage): SqsRecord {
  return {
    messageId: message.id,
    receiptHandle: receiptOf(message),
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sent),
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(message.firstReceived),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, value]) => [name, lambdaAttribute(value)]),
    ),
    md5OfBody: message.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: queue.arn.split(':')[3] ?? '',
  };
}

const lambdaAttribute = ({ DataType, StringValue, BinaryValue }: MessageAttribute) => ({
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});
