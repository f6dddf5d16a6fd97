import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { createQueued } from '../../functions/queued.ts';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createStream } from '../../functions/stream.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { EmbeddedWorldOptions } from '../../demo/world/embedded-world.ts';
import type { Pumped, PumpOptions } from '../../lib/local/aws/sqs/pump.ts';
import { enqueue } from '../../lib/local/aws/sqs/queue.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import { startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/** A world in which rows and secrets that are written reach the functions, as they do in AWS. */
export interface TriggerWorld extends TestWorld {
  /** Hands records to the stream function; resolves with the sequence numbers that failed. */
  readonly stream: (records: readonly DynamoDBRecord[]) => Promise<readonly string[]>;
  /** What each delivery of the table's own stream had fail. */
  readonly streamed: (readonly string[])[];
  /** Hands an event to the queue's function; resolves with the ids that failed. */
  readonly queued: (event: SQSEvent) => Promise<readonly string[]>;
  /** Delivers what is visible in the work queue. */
  readonly pump: (options?: PumpOptions) => Promise<Pumped>;
  readonly enqueue: (body: unknown) => void;
  /** The messages in the queue, without time. */
  readonly messages: () => readonly (Omit<WorkMessage, 'dueAt'> & { readonly delay: number })[];
}

/** Events as Lambda hands them over, from `events/`. */
export const streamFile = (name: string) => eventFile(name) as DynamoDBStreamEvent;
export const queueFile = (name: string) => eventFile(name) as SQSEvent;

function eventFile(name: string): unknown {
  return JSON.parse(readFileSync(`events/${name}.json`, 'utf8'));
}

export async function startTriggers(
  options: Omit<EmbeddedWorldOptions, 'barndoor' | 'clock'> & { readonly live?: boolean } = {},
): Promise<TriggerWorld> {
  const streamed: (readonly string[])[] = [];
  let deliver: (records: readonly DynamoDBRecord[]) => Promise<void> = async () => undefined;
  let rotated: (detail: object) => void = () => undefined;
  const { live = false, dynamodb, ...rest } = options;
  const streams = { Desired: (records: unknown) => deliver(records as DynamoDBRecord[]) };
  const world = await startWorld(
    {},
    {
      ...rest,
      dynamodb: { ...dynamodb, ...(live && { streams }) },
      secretsManager: { onLabelUpdated: (detail) => rotated(detail), ...options.secretsManager },
    },
  );
  const { sqs, queueUrl, clock } = world;
  const quiet = quietObservability();
  const handleStream = createStream(() => world.deps, quiet);
  const handleQueued = createQueued(() => world.deps, quiet);
  const stream: TriggerWorld['stream'] = async (records) => {
    const context = lambdaContext('trueup-stream', () => 300_000);
    const { batchItemFailures } = await handleStream({ Records: [...records] }, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  const queued: TriggerWorld['queued'] = async (event) => {
    const context = lambdaContext('trueup-queued', () => 300_000);
    const { batchItemFailures } = await handleQueued(event, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  const put = (body: unknown) => {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    enqueue(sqs.queue(queueUrl), clock.now(), { MessageBody });
  };
  deliver = async (records) => {
    streamed.push(await stream(records));
  };
  rotated = (detail) => put(labelUpdated(detail));
  return {
    ...world,
    stream,
    streamed,
    queued,
    pump: (how) =>
      sqs.pump(
        queueUrl,
        async (event) => ({
          batchItemFailures: (await queued(event as SQSEvent)).map((itemIdentifier) => ({
            itemIdentifier,
          })),
        }),
        how,
      ),
    enqueue: put,
    messages: () =>
      sqs.queue(queueUrl).messages.map(({ body, sent, visibleAt }) => {
        const { dueAt: _dueAt, ...message } = JSON.parse(body) as WorkMessage;
        return { ...message, delay: (visibleAt - sent) / 1000 };
      }),
  };
}

/** What a rule of EventBridge puts into the queue when a staging label moves. */
function labelUpdated(detail: object): unknown {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Secret Label Updated',
    source: 'aws.secretsmanager',
    account: '123456789012',
    time: '2026-11-22T12:00:00Z',
    region: 'eu-central-1',
    resources: [],
    detail,
  };
}

/** A record of the stream of `Desired`. */
export function record(
  connection: string,
  item: string,
  more: Partial<NonNullable<DynamoDBRecord['dynamodb']>> = {},
  eventName: NonNullable<DynamoDBRecord['eventName']> = 'INSERT',
): DynamoDBRecord {
  return {
    eventName,
    dynamodb: {
      Keys: { connection: { S: connection }, item: { S: item } },
      SequenceNumber: `${connection}/${item}`,
      ...more,
    },
  };
}

/** Several messages in one event, as a larger batch size would hand them over; ids are `m-0`, `m-1`, ... */
export function sqsEvent(...bodies: readonly unknown[]): SQSEvent {
  const [template] = queueFile('queued-continuation').Records;
  if (!template) throw new Error('events/queued-continuation.json has no record');
  return {
    Records: bodies.map((body, index) => ({
      ...template,
      messageId: `m-${index}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  };
}
