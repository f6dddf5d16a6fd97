import {
  AwsFault,
  isRecord,
  startAwsJson,
  textOf,
  type AwsOperation,
  type Intercept,
} from '../aws-json.ts';
import { pumpQueue, type PumpOptions, type Pumped, type SqsHandler } from './pump.ts';
import {
  byReceipt,
  changeVisibility,
  deadLetterArn,
  enqueue,
  receiptOf,
  receive,
  remove,
  sqsFault,
  type Queue,
  type QueuedMessage,
} from './queue.ts';

/** An SQS on loopback: standard queues, in memory. */
export interface LocalSqs {
  readonly endpoint: string;
  readonly calls: Record<string, number>;
  /** Creates a queue, or finds the one with this name; returns its URL. */
  readonly createQueue: (name: string, attributes?: Readonly<Record<string, string>>) => string;
  /** The queue with its messages, for tests to inspect. @throws AwsFault QueueDoesNotExist */
  readonly queue: (queueUrl: string) => Queue;
  /** Delivers messages as Lambda events of one record until none is visible. */
  readonly pump: (queueUrl: string, handler: SqsHandler, options?: PumpOptions) => Promise<Pumped>;
  /** When the next message will be visible, in milliseconds since the epoch; undefined when the queue is empty. */
  readonly nextVisibleAt: (queueUrl: string) => number | undefined;
  readonly close: () => Promise<void>;
}

const region = 'us-east-1';
const account = '000000000000';
const pollMs = 20;

type Input = Record<string, unknown>;

/**
 * Starts SQS's JSON protocol. Delays and visibility follow the clock that was passed in; `WaitTimeSeconds` waits in real
 * time.
 */
export async function startSqs(
  options: { readonly now?: () => number; readonly intercept?: Intercept } = {},
): Promise<LocalSqs> {
  const { now = Date.now, intercept } = options;
  const queues: Queue[] = [];

  function find(url: unknown): Queue {
    const found = queues.find((queue) => queue.url === url || queue.name === url);
    if (found) return found;
    const code = 'AWS.SimpleQueueService.NonExistentQueue';
    throw sqsFault('QueueDoesNotExist', 'The specified queue does not exist.', code);
  }

  const deadLettersOf = (queue: Queue) => {
    const arn = deadLetterArn(queue);
    return arn === undefined ? undefined : queues.find((one) => one.arn === arn);
  };

  function createQueue(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    const known = queues.find((queue) => queue.name === name);
    const differs = Object.entries(attributes).some(
      ([key, value]) => known?.attributes[key] !== value,
    );
    if (known && differs) {
      throw sqsFault(
        'QueueNameExists',
        'A queue of this name exists with other attributes.',
        'QueueAlreadyExists',
      );
    }
    if (known) return known.url;
    const url = `${server.endpoint}/${account}/${name}`;
    const arn = `arn:aws:sqs:${region}:${account}:${name}`;
    queues.push({ name, url, arn, created: now(), attributes, messages: [] });
    return url;
  }

  const send = (queue: Queue, input: Input) => {
    const { id, md5 } = enqueue(queue, now(), input);
    return { MessageId: id, MD5OfMessageBody: md5 };
  };

  const batch = (input: Input, run: (queue: Queue, entry: Input) => object) => {
    const queue = find(input['QueueUrl']);
    const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []).filter(isRecord);
    if (entries.length < 1 || entries.length > 10) {
      throw sqsFault('TooManyEntriesInBatchRequest', 'A batch has between 1 and 10 entries.');
    }
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      try {
        Successful.push({ Id: entry['Id'], ...run(queue, entry) });
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        const Code = error.type.slice(error.type.indexOf('#') + 1);
        Failed.push({ Id: entry['Id'], Code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  };

  function deleteMessage(queue: Queue, input: Input): object {
    const message = byReceipt(queue, input['ReceiptHandle']);
    if (message) remove(queue, message.id);
    return {};
  }

  async function receiveMessage(input: Input): Promise<object> {
    const queue = find(input['QueueUrl']);
    const count = numberOf(input, 'MaxNumberOfMessages') ?? 1;
    if (count < 1 || count > 10)
      throw sqsFault('InvalidParameterValue', 'MaxNumberOfMessages must be between 1 and 10.');
    const visibility = numberOf(input, 'VisibilityTimeout');
    const seconds =
      numberOf(input, 'WaitTimeSeconds') ??
      Number(queue.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const found = receive(queue, now(), {
        count,
        deadLetters: deadLettersOf(queue),
        ...(visibility !== undefined && { visibility }),
      });
      if (found.length > 0) return { Messages: found.map((message) => messageOf(message, input)) };
      if (performance.now() >= until || server.isClosing()) return {};
      await server.delay(pollMs);
    }
  }

  const operations: Record<string, AwsOperation> = {
    CreateQueue: (input) => ({
      QueueUrl: createQueue(
        textOf(input, 'QueueName') ?? '',
        (input['Attributes'] ?? {}) as Record<string, string>,
      ),
    }),
    GetQueueUrl: (input) => ({ QueueUrl: find(input['QueueName']).url }),
    SendMessage: (input) => send(find(input['QueueUrl']), input),
    SendMessageBatch: (input) => batch(input, send),
    ReceiveMessage: receiveMessage,
    DeleteMessage: (input) => deleteMessage(find(input['QueueUrl']), input),
    DeleteMessageBatch: (input) => batch(input, deleteMessage),
    ChangeMessageVisibility: (input) => {
      const message = byReceipt(find(input['QueueUrl']), input['ReceiptHandle']);
      if (message) changeVisibility(message, now(), input['VisibilityTimeout']);
      return {};
    },
    GetQueueAttributes: (input) => {
      const all = Object.entries(attributesOf(find(input['QueueUrl']), now()));
      const wanted = namesOf(input['AttributeNames']);
      return { Attributes: Object.fromEntries(all.filter(([name]) => wanted(name))) };
    },
  };

  const server = await startAwsJson({ version: '1.0', operations, intercept });
  return {
    endpoint: server.endpoint,
    calls: server.calls,
    createQueue,
    queue: find,
    pump: (queueUrl, handler, how) => {
      const queue = find(queueUrl);
      return pumpQueue(queue, deadLettersOf(queue), now, handler, how);
    },
    nextVisibleAt: (queueUrl) => {
      const times = find(queueUrl).messages.map(({ visibleAt }) => visibleAt);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    close: server.close,
  };
}

function numberOf(input: Input, name: string): number | undefined {
  const value = input[name];
  return typeof value === 'number' ? value : undefined;
}

/** `All`, names, and prefixes such as `foo.*`. Defaults to none. */
function namesOf(...lists: readonly unknown[]): (name: string) => boolean {
  const wanted = lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
  return (name) =>
    wanted.some((one) =>
      one.endsWith('.*') ? name.startsWith(one.slice(0, -2)) : one === 'All' || one === name,
    );
}

function messageOf(message: QueuedMessage, input: Input): object {
  const system = namesOf(input['MessageSystemAttributeNames'], input['AttributeNames']);
  const own = namesOf(input['MessageAttributeNames']);
  const attributes = Object.entries({
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceived),
    SentTimestamp: String(message.sent),
    SenderId: 'AIDAEXAMPLE',
  }).filter(([name]) => system(name));
  const given = Object.entries(message.attributes).filter(([name]) => own(name));
  return {
    MessageId: message.id,
    ReceiptHandle: receiptOf(message),
    MD5OfBody: message.md5,
    Body: message.body,
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
    ...(given.length > 0 && { MessageAttributes: Object.fromEntries(given) }),
  };
}

function attributesOf(queue: Queue, now: number): Record<string, string> {
  const hidden = queue.messages.filter(({ visibleAt }) => visibleAt > now);
  const delayed = hidden.filter(({ receives }) => receives === 0).length;
  return {
    VisibilityTimeout: '30',
    DelaySeconds: '0',
    MessageRetentionPeriod: '345600',
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    ApproximateNumberOfMessages: String(queue.messages.length - hidden.length),
    ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}
