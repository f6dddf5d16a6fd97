import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createStream } from '../../functions/stream.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { connection, serverIds } from '../support/world.ts';
import { queueFile, sqsEvent, startTriggers } from './trigger-world.ts';
import type { TriggerWorld } from './trigger-world.ts';
import { acquireAs } from '../support/lease-events.ts';

const [a = '', b = ''] = serverIds(2);
const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } };
const salesforce = `trueup/${connection}/salesforce`;
const using = (name: string) => ({
  name,
  client_secret: { secret: salesforce, key: 'client_secret' },
});

let world: TriggerWorld;
let dynamodb: Intercept;
let sqs: Intercept;

beforeEach(async () => {
  [dynamodb, sqs] = [() => undefined, () => undefined];
  world = await startTriggers({
    dynamodb: { intercept: (operation, body) => dynamodb(operation, body) },
    sqs: { intercept: (operation, body) => sqs(operation, body) },
  });
  await world.declareConnection();
  for (const id of [a, b]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare({ id: b, spec: { name: 'New b' } });
});

afterEach(async () => {
  await world.close();
});

const lastReport = () => world.deps.ledger.lastReport(connection);
const lines = (message: string) => world.log.lines.filter((line) => line.message === message);
const time = (ms = 0) => new Date(world.clock.now() + ms).toISOString();
const message = (more: object = {}) => ({
  version: 1,
  connection,
  reason: 'stream',
  dueAt: time(),
  ...more,
});
const hold = async () => {
  const expiresAt = world.clock.now() + 60_000;
  await acquireAs('laptop', world.deps.lease, connection, { expiresAt });
};

describe('a secret that moved', () => {
  const write = (secret: string) =>
    world.secrets.write(salesforce, JSON.stringify({ client_secret: secret }));

  beforeEach(async () => {
    await write('first');
    await world.declare({ id: a, spec: using('New a') });
    await world.pass();
    world.callsSince();
  });

  test('is one PUT with the new value, to the one server that uses it', async () => {
    await write('second');
    expect(await world.pump()).toEqual({ delivered: 1, failures: [] });
    expect(world.callsSince()).toMatchObject({ get: 1, put: 1 });
    expect(world.barndoor.requests.at(-1)).toMatchObject({
      method: 'PUT',
      body: { client_secret: 'second' },
    });
    expect(await lastReport()).toMatchObject({ trigger: 'queue', scope: 'named', servers: 1 });
  });

  test('and comes twice, or with the same value, is no second PUT', async () => {
    await write('second');
    await world.pump();
    await world.queued(queueFile('queued-rotation'));
    await write('second');
    await world.pump();
    expect(world.callsSince()['put']).toBe(1);
  });

  test.each(['queued-rotation', 'queued-cloudtrail'])(
    'events/%s.json looks at it',
    async (file) => {
      await world.queued(queueFile(file));
      const calls = world.callsSince();
      expect(calls['get']).toBe(1);
      expect(calls['put']).toBeUndefined();
    },
  );

  test('of the connection’s auth, of no server or of another deployment starts no pass', async () => {
    await world.secrets.write(`trueup/${connection}/token`, 'bearer-of-acme');
    await world.secrets.write(`trueup/${connection}/spare`, 'one');
    await world.secrets.write(`trueup/${connection}/spare`, 'two');
    await world.secrets.write('trueup-fingerprint-key-2', 'one');
    await world.secrets.write('trueup-fingerprint-key-2', 'two');
    expect(await world.pump()).toMatchObject({ failures: [] });
    const { get, list, put } = world.callsSince();
    expect([get, list, put]).toEqual([undefined, undefined, undefined]);
    expect(lines('event of another secret').length).toBeGreaterThan(0);
  });

  test('of more than ten servers is a pass over the connection, and sent although the list of secrets lags', async () => {
    const ids = serverIds(13).slice(2);
    for (const id of ids) world.barndoor.add({ id, name: id, slug: `s-${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: using(id) })));
    await world.declareConnection({
      policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
    });
    await world.pass();
    world.secretsManager.freezeList();
    await write('second');
    expect(await world.pump()).toMatchObject({ failures: [] });
    expect(await lastReport()).toMatchObject({ trigger: 'queue', scope: 'all', servers: 13 });
    const puts = world.barndoor.requests.filter(({ method }) => method === 'PUT');
    expect(
      puts.slice(-12).map(({ body }) => (body as Record<string, unknown>)['client_secret']),
    ).toEqual(Array.from({ length: 12 }, () => 'second'));
  });

  test('while another process holds the lease is not lost', async () => {
    await write('second');
    await hold();
    expect(await world.pump()).toEqual({ delivered: 1, failures: [] });
    // the holder died: whoever takes over serves what it was asked for, besides its own
    world.clock.advance(120_000);
    await world.pass({ servers: [b] });
    expect(world.callsSince()['put']).toBe(1);
  });

  test('while another process holds the lease is looked at again: that process has a list that lags', async () => {
    world.secretsManager.freezeList();
    await write('second');
    await hold();
    await world.pump();
    expect(world.messages()).toEqual([
      {
        version: 1,
        connection,
        servers: [a],
        reason: 'rotation',
        secrets: [salesforce],
        delay: 60,
      },
    ]);
    world.clock.advance(120_000);
    await world.pass();
    expect(world.callsSince()['put']).toBeUndefined();
    await world.pump();
    expect(world.callsSince()['put']).toBe(1);
    expect(world.messages()).toEqual([]);
  });

  test('when the table cannot be read comes again', async () => {
    await write('second');
    dynamodb = (operation) => (operation === 'Query' ? denied : undefined);
    expect((await world.pump()).failures).toHaveLength(1);
    dynamodb = () => undefined;
    world.clock.advance(60_000);
    expect(await world.pump()).toEqual({ delivered: 1, failures: [] });
    expect(world.callsSince()['put']).toBe(1);
  });
});

describe('a message that failed', () => {
  const throttled = {
    status: 400,
    body: { __type: 'ThrottlingException', message: 'slow down' },
  };
  const delays = async (answer: typeof denied, times: number) => {
    const queue = world.sqs.queue(world.queueUrl);
    Object.assign(queue.attributes, { VisibilityTimeout: '1800' });
    dynamodb = (operation) => (operation === 'Query' ? answer : undefined);
    world.enqueue(message());
    const found: number[] = [];
    for (let receive = 0; receive < times; receive += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one receive after the other
      expect((await world.pump()).failures).toHaveLength(1);
      const [left] = queue.messages;
      found.push(Math.round(((left?.visibleAt ?? 0) - world.clock.now()) / 60_000));
      world.clock.advance(1_800_000);
    }
    return found;
  };

  test('by a passing fault of a store comes back in 1, 3 and 5 minutes', async () => {
    expect(await delays(throttled, 2)).toEqual([1, 3]);
  });

  test('for good waits for the visibility timeout', async () => {
    expect(await delays(denied, 2)).toEqual([30, 30]);
  });

  test('waits for it too where the queue refuses another one', async () => {
    sqs = (operation) => (operation === 'ChangeMessageVisibility' ? denied : undefined);
    expect(await delays(throttled, 1)).toEqual([30]);
    expect(lines('message returns later')).toHaveLength(1);
  });
});

describe('messages', () => {
  test('name servers, or the whole connection', async () => {
    world.enqueue(message({ servers: [b] }));
    await world.pump();
    expect(await lastReport()).toMatchObject({
      scope: 'named',
      servers: 1,
      counts: { updated: 1 },
    });
    world.enqueue(message());
    await world.pump();
    expect(await lastReport()).toMatchObject({ scope: 'all', trigger: 'queue' });
  });

  test('events/queued-continuation.json is a full pass, and the same again is overtaken', async () => {
    const event = queueFile('queued-continuation');
    await world.queued(event);
    const first = await lastReport();
    expect(first).toMatchObject({ scope: 'all', trigger: 'queue' });
    await world.queued(event);
    expect((await lastReport())?.pass).toBe(first?.pass);
    expect(lines('message overtaken by a full pass')).toHaveLength(1);
  });

  test.each(['share', 'continuation', 'retry'])(
    '%s is skipped after a full pass',
    async (reason) => {
      const due = message({ reason });
      await world.pass();
      world.callsSince();
      await world.queued(sqsEvent(due));
      expect(world.callsSince()).toEqual({ GetItem: 1 });
    },
  );

  test.each(['stream', 'rotation', 'handover'])('%s is never skipped', async (reason) => {
    const due = message({ reason });
    await world.pass();
    const before = await lastReport();
    await world.queued(sqsEvent(due));
    expect((await lastReport())?.pass).not.toBe(before?.pass);
  });

  test('a continuation is not skipped for a pass before it, over some servers, or without end', async () => {
    await world.pass();
    world.clock.advance(1000);
    const due = message({ reason: 'continuation' });
    await world.pass({ servers: [b] });
    await world.queued(sqsEvent(due));
    const full = await lastReport();
    expect(full).toMatchObject({ scope: 'all', trigger: 'queue' });

    const end = world.barndoor.misbehave({
      operation: 'list',
      effect: { kind: 'status', status: 500 },
    });
    world.clock.advance(1000);
    const later = message({ reason: 'continuation' });
    expect((await world.pass()).state).toBe('unreachable');
    end();
    await world.queued(sqsEvent(later));
    expect((await lastReport())?.trigger).toBe('queue');
  });

  test('a vendor that fails is done with: the ledger knows when to try again', async () => {
    world.barndoor.misbehave({ effect: { kind: 'status', status: 503 } });
    expect(await world.queued(sqsEvent(message()))).toEqual([]);
    expect((await lastReport())?.state).toBe('unreachable');
    expect(world.messages()).toMatchObject([{ connection, reason: 'retry', delay: 61 }]);
  });

  test('another process holds the lease: the holder is asked, and the message is done', async () => {
    await hold();
    sqs = () => denied;
    expect(await world.queued(sqsEvent(message({ servers: [a] }), message()))).toEqual([]);
    expect(await world.deps.lease.read(connection)).toMatchObject({ knocks: 2, knocked: 'all' });
  });

  test('the knock fails: the message comes again', async () => {
    await hold();
    dynamodb = (operation) => (operation === 'PutItem' ? denied : undefined);
    expect(await world.queued(sqsEvent(message()))).toEqual(['m-0']);
  });
});

describe('a batch', () => {
  test('of good, bad and poison: only bad and poison fail, and all have their turn', async () => {
    dynamodb = (operation, body) =>
      operation === 'PutItem' && JSON.stringify(body).includes('"beta"') ? denied : undefined;
    const failed = await world.queued(
      sqsEvent(
        'no JSON',
        message({ connection: 'beta' }),
        message({ version: 2 }),
        message({ servers: [b] }),
        { source: 'aws.ec2', 'detail-type': 'x', detail: {} },
      ),
    );
    expect(failed).toEqual(['m-0', 'm-1', 'm-2', 'm-4']);
    expect(world.barndoor.find(b).name).toBe('New b');
    expect(lines('message failed').map(({ fields }) => fields['code'])).toEqual([
      'poison-message',
      'store-denied',
      'poison-message',
      'poison-message',
    ]);
  });

  test('records that are not messages fail by their id, and an event without records is refused as a whole', async () => {
    const good = sqsEvent(message({ servers: [b] })).Records;
    const odd = [{ messageId: 'x' }, { messageId: 'y', body: {}, attributes: null }, null];
    const event = { Records: [...odd, ...good] } as unknown as SQSEvent;
    expect(await world.queued(event)).toEqual(['x', 'y', '']);
    expect((await lastReport())?.counts.updated).toBe(1);
    const refused = { code: 'event', context: { place: 'Records' } };
    for (const none of [{}, { Records: {} }, null, 'text'] as unknown as SQSEvent[]) {
      await expect(world.queued(none)).rejects.toMatchObject(refused);
      const records = none as unknown as DynamoDBStreamEvent;
      const stream = createStream(() => world.deps, quietObservability());
      await expect(
        stream(
          records,
          lambdaContext('x', () => 1_000),
        ),
      ).rejects.toMatchObject(refused);
    }
  });

  test('poison becomes a dead letter after three receipts, and its text is not logged', async () => {
    world.enqueue('{"version":1,"connection":"hush-hush"}');
    for (let receive = 0; receive < 4; receive += 1) {
      await world.pump();
      world.clock.advance(60_000);
    }
    expect(world.messages()).toEqual([]);
    const { messages } = world.sqs.queue(world.deadLettersUrl);
    expect(messages.map(({ receives }) => receives)).toEqual([3]);
    expect(lines('message failed')).toHaveLength(3);
    expect(JSON.stringify(world.log.lines)).not.toContain('hush-hush');
  });
});
