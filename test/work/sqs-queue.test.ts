import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sqsClient } from '../../lib/work/clients.ts';
import { sqsQueue } from '../../lib/work/sqs-queue.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { startSqs, type LocalSqs } from '../../lib/local/aws/sqs/sqs.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import { TestClock } from '../support/test-clock.ts';
import { local } from '../support/aws-world.ts';

interface Sent {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds: number;
}

let server: LocalSqs;
let client: SQSClient;
let clock: TestClock;
let intercept: Intercept;
let queueUrl: string;
/** How many messages each call had. */
let sizes: number[];

beforeEach(async () => {
  intercept = () => undefined;
  sizes = [];
  clock = new TestClock();
  server = await startSqs({
    now: () => clock.now(),
    intercept: (operation, body) => {
      sizes.push((body as { Entries: Sent[] }).Entries.length);
      return intercept(operation, body);
    },
  });
  queueUrl = server.createQueue('work');
  client = sqsClient({ ...local, endpoint: server.endpoint, maxAttempts: 2 });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const open = () => sqsQueue({ client, queueUrl, clock, random: () => 0 });
const successful = ({ Id, MessageBody }: Sent) => ({
  Id,
  MessageId: Id,
  MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
});
const message = (connection: string): WorkMessage => ({
  version: 1,
  connection,
  reason: 'share',
  dueAt: '2026-11-22T12:00:00.000Z',
});
const messages = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ message: message(`c-${n}`) }));
const queued = () => server.queue(queueUrl).messages;
const bodies = () => queued().map(({ body }) => JSON.parse(body) as WorkMessage);

/** An answer that took none. */
const refuse =
  (SenderFault: boolean): Intercept =>
  (_operation, body) => ({
    status: 200,
    body: {
      Failed: (body as { Entries: Sent[] }).Entries.map(({ Id }) => ({
        Id,
        SenderFault,
        Code: 'Refused',
      })),
    },
  });

describe('the queue', () => {
  test('takes messages ten at a time, each once', async () => {
    await open().send(messages(95));
    expect(sizes.toSorted((a, b) => b - a)).toEqual([...Array.from({ length: 9 }, () => 10), 5]);
    const connections = new Set(bodies().map(({ connection }) => connection));
    expect(connections.size).toBe(95);
    expect(bodies()).toContainEqual(message('c-7'));
  });

  test('is not called for nothing', async () => {
    await open().send([]);
    expect(server.calls).toEqual({});
  });

  test('delays by whole seconds, never too early, between 0 and 15 minutes', async () => {
    const delays = [undefined, 0, 1, 1500, 60_000, 900_000, 3_600_000, -5];
    await open().send(
      delays.map((delayMs) => ({
        message: message('acme'),
        ...(delayMs !== undefined && { delayMs }),
      })),
    );
    expect(queued().map(({ sent, visibleAt }) => (visibleAt - sent) / 1000)).toEqual([
      0, 0, 1, 2, 60, 900, 900, 0,
    ]);
  });

  test('is given again, and only, what it did not take', async () => {
    let refusals = 2;
    const taken: Sent[] = [];
    intercept = (_operation, body) => {
      refusals -= 1;
      if (refusals < 0) return undefined;
      const entries = (body as { Entries: Sent[] }).Entries;
      const [first, ...rest] = entries;
      if (first) taken.push(first);
      const Failed = rest.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
      return { status: 200, body: { Successful: first ? [successful(first)] : [], Failed } };
    };
    await open().send(messages(5));
    const first = taken.map(({ MessageBody }) => JSON.parse(MessageBody) as WorkMessage);
    const all = [...first, ...bodies()].map(({ connection }) => connection);
    expect(all).toEqual(['c-0', 'c-1', 'c-2', 'c-3', 'c-4']);
    expect(clock.slept).toEqual([100, 200]);
  });

  test('that keeps refusing fails the send; so does one that faults the message, at once', async () => {
    intercept = refuse(false);
    await expect(open().send(messages(3))).rejects.toMatchObject({
      code: 'store-incomplete',
      context: { store: queueUrl },
    });
    expect(server.calls['SendMessageBatch']).toBe(5);
    intercept = refuse(true);
    await expect(open().send(messages(3))).rejects.toThrow('Refused');
    expect(server.calls['SendMessageBatch']).toBe(6);
  });

  test('that is not there is named', async () => {
    queueUrl = `${queueUrl}-2`;
    await expect(open().send(messages(1))).rejects.toMatchObject({
      code: 'store-absent',
      context: { store: queueUrl },
    });
  });

  test('large messages share a batch only as far as they fit', async () => {
    const servers = Array.from({ length: 10 }, () => 'x'.repeat(4000));
    const large = { message: { ...message('acme'), servers } };
    await open().send(Array.from({ length: 10 }, () => large));
    expect(sizes.toSorted((a, b) => a - b)).toEqual([4, 6]);
  });
});
