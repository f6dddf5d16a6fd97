import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { readSettingsWithQueue } from '../../functions/settings.ts';
import { createStream } from '../../functions/stream.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { connection, outcomesOf, serverIds } from '../support/world.ts';
import { streamFile, record, startTriggers } from './trigger-world.ts';
import type { TriggerWorld } from './trigger-world.ts';
import { acquireAs } from '../support/lease-events.ts';

const [a = '', b = '', c = ''] = serverIds(3);
const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } };

let world: TriggerWorld;
let dynamodb: Intercept = () => undefined;
let sqs: Intercept = () => undefined;

async function open(live = false): Promise<void> {
  [dynamodb, sqs] = [() => undefined, () => undefined];
  world = await startTriggers({
    live,
    dynamodb: { intercept: (operation, body) => dynamodb(operation, body) },
    sqs: { intercept: (operation, body) => sqs(operation, body) },
  });
}

async function declareThree(): Promise<void> {
  await world.declareConnection();
  for (const id of [a, b, c]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(
    { id: a, spec: { name: 'New a' } },
    { id: b, spec: { name: 'New b' } },
    { id: c, spec: { name: 'New c' } },
  );
}

afterEach(async () => {
  await world.close();
});

const lastReport = () => world.deps.ledger.lastReport(connection);
const lines = (message: string) => world.log.lines.filter((line) => line.message === message);

describe('rows written to the table', () => {
  test('become a PUT', async () => {
    await open(true);
    world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
    await world.declareConnection();
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.dynamodb.streamsIdle();
    expect(world.barndoor.find(a).name).toBe('New');
    expect(await lastReport()).toMatchObject({ trigger: 'stream', scope: 'named', servers: 1 });
    // the connection's row went to the queue, as the whole connection
    expect(world.messages()).toEqual([{ version: 1, connection, reason: 'stream', delay: 0 }]);
    expect(await world.pump()).toMatchObject({ delivered: 1, failures: [] });
    expect(await lastReport()).toMatchObject({ trigger: 'queue', scope: 'all' });

    await world.declare({ id: a, spec: { name: 'Newer' } });
    await world.dynamodb.streamsIdle();
    expect(world.barndoor.find(a).name).toBe('Newer');
    expect(world.streamed.flat()).toEqual([]);
    expect(world.dynamodb.streamErrors).toEqual([]);
  });

  test('that do not fit are recorded as invalid, and harm nothing else', async () => {
    await open(true);
    world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
    await world.declareConnection();
    await world.declare({ id: b, spec: { name: 'New', slugg: 'typo' } });
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.dynamodb.streamsIdle();
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.get(b)).toMatchObject({ outcome: 'invalid' });
    expect(servers.get(a)).toMatchObject({ outcome: 'inSync' });
    expect(world.streamed.flat()).toEqual([]);
  });

  test('and removed are forgotten; the vendor keeps its server', async () => {
    await open(true);
    world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
    await world.declareConnection();
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.dynamodb.streamsIdle();
    await world.desired.remove(connection, `server#${a}`);
    await world.dynamodb.streamsIdle();
    expect((await world.deps.ledger.read(connection)).servers.size).toBe(0);
    expect(world.barndoor.find(a).name).toBe('New');
  });
});

describe('the stream function', () => {
  test('takes events/stream.json: three servers of one connection, here and now', async () => {
    await open();
    await declareThree();
    const { Records } = streamFile('stream');
    expect(await world.stream(Records)).toEqual([]);
    const report = await lastReport();
    expect(report).toMatchObject({ trigger: 'stream', scope: 'named' });
    expect(report && outcomesOf(report)).toEqual({ updated: 3 });
    expect(world.messages()).toEqual([]);
  });

  test('sends a message for each connection if there are several, and calls no vendor', async () => {
    await open();
    await declareThree();
    const failed = await world.stream([
      record('acme', `server#${a}`),
      record('beta', 'server#x'),
      record('beta', 'connection'),
      ...serverIds(11).map((id) => record('gamma', `server#${id}`)),
    ]);
    expect(failed).toEqual([]);
    expect(world.barndoor.counts).toMatchObject({ list: 0, get: 0, put: 0 });
    const message = { version: 1, reason: 'stream', delay: 0 };
    expect(world.messages().toSorted((x, y) => (x.connection < y.connection ? -1 : 1))).toEqual([
      { ...message, connection: 'acme', servers: [a] },
      { ...message, connection: 'beta' },
      { ...message, connection: 'gamma' },
    ]);
  });

  test('leaves what came while another process holds the lease with the holder', async () => {
    await open();
    await declareThree();
    const expiresAt = world.clock.now() + 60_000;
    await acquireAs('laptop', world.deps.lease, connection, { expiresAt });
    expect(await world.stream([record('acme', `server#${a}`)])).toEqual([]);
    expect(world.messages()).toEqual([]);
    expect((await world.deps.lease.read(connection))?.knocked).toEqual(new Set([a]));
    expect(world.barndoor.counts).toEqual({ list: 0, get: 0, put: 0 });
  });

  test('a vendor that fails is never the stream’s failure: the retry is in ledger and queue', async () => {
    await open();
    await declareThree();
    world.barndoor.misbehave({ method: 'PUT', id: a, effect: { kind: 'status', status: 503 } });
    const failed = await world.stream([a, b].map((id) => record('acme', `server#${id}`)));
    expect(failed).toEqual([]);
    const report = await lastReport();
    expect(report && outcomesOf(report)).toEqual({ updated: 1, waiting: 1 });
    expect(world.messages()).toMatchObject([{ servers: [a], reason: 'retry' }]);
  });

  test('poison is logged with its sequence number, and the rest is done', async () => {
    await open();
    await declareThree();
    const poison = record('acme', 'something#else', { SequenceNumber: '4711' });
    expect(await world.stream([poison, record('acme', `server#${a}`)])).toEqual([]);
    expect(world.barndoor.find(a).name).toBe('New a');
    const [line] = lines('record not understood');
    expect(line).toMatchObject({ level: 'error', fields: { sequenceNumber: '4711' } });
  });

  test('poison alone asks for nothing', async () => {
    await open();
    expect(await world.stream([record('Not A Name', 'server#a')])).toEqual([]);
    expect(world.messages()).toEqual([]);
    expect(world.dynamodb.calls['GetItem']).toBeUndefined();
    expect(world.dynamodb.calls['PutItem']).toBeUndefined();
  });

  test('a ledger that fails hands the work to the queue', async () => {
    await open();
    await declareThree();
    dynamodb = (operation) => (operation === 'PutItem' ? denied : undefined);
    expect(await world.stream([record('acme', `server#${a}`)])).toEqual([]);
    expect(world.messages()).toMatchObject([{ servers: [a], reason: 'stream' }]);
    expect(lines('pass failed')).toHaveLength(1);
    dynamodb = () => undefined;
    expect(await world.pump({ ignoreDelay: true })).toMatchObject({ failures: [] });
    expect(world.barndoor.find(a).name).toBe('New a');
  });

  test('records fail only if neither the pass nor the queue works', async () => {
    await open();
    await declareThree();
    dynamodb = (operation) => (operation === 'PutItem' ? denied : undefined);
    sqs = () => denied;
    const poison = record('acme', 'odd', { SequenceNumber: '4711' });
    const records = [poison, record('acme', `server#${a}`), record('acme', `server#${b}`)];
    expect(await world.stream(records)).toEqual([`acme/server#${a}`, `acme/server#${b}`]);
    expect(lines('message not sent')).toHaveLength(1);
    [dynamodb, sqs] = [() => undefined, () => undefined];
    expect(await world.stream(records)).toEqual([]);
    expect(world.barndoor.find(b).name).toBe('New b');
  });

  test('a queue that fails fails the records of the connections that it did not take, no others', async () => {
    await open();
    sqs = (_operation, body) => (JSON.stringify(body).includes('beta') ? denied : undefined);
    const records = ['acme', 'beta', 'gamma', 'beta'].map((name, n) =>
      record(name, `server#s-${n}`),
    );
    const poison = record('Beta', 'server#x', { SequenceNumber: '4711' });
    expect(await world.stream([poison, ...records])).toEqual([
      'beta/server#s-1',
      'beta/server#s-3',
    ]);
    const sent = world.messages().map(({ connection: name }) => name);
    expect(sent.toSorted()).toEqual(['acme', 'gamma']);
  });

  test('says at once that it cannot be without the queue', async () => {
    await open();
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const handler = createStream(() => {
      readSettingsWithQueue({
        TRUEUP_DESIRED_TABLE: 'd',
        TRUEUP_LEDGER_TABLE: 'l',
        TRUEUP_FINGERPRINT_SECRET: 'k',
        TRUEUP_ALLOWED_HOSTS: 'barndoor=acme.platform.barndoor.ai',
      });
      return world.deps;
    }, quietObservability());
    const context = lambdaContext('trueup-stream', () => 300_000);
    await expect(handler({ Records: [] }, context)).rejects.toThrow('TRUEUP_QUEUE_URL is not set');
    error.mockRestore();
  });
});
