import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createObservability, quietObservability } from '../../functions/runtime/observability.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { readSettings } from '../../functions/settings.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { bearer, connection, startWorld, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const event: unknown = JSON.parse(readFileSync('events/scheduled.json', 'utf8'));
const context = lambdaContext('trueup-scheduled', () => 300_000);
const [a = ''] = serverIds(1);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
  await world.declare({ id: a, spec: { name: 'New' } });
});

afterEach(async () => {
  await world.close();
});

const scheduled = (observability = quietObservability()) =>
  createScheduled(() => ({ deps: world.deps, connectionsAtOnce: 2 }), observability);

describe('the scheduled function', () => {
  test('reconciles every connection that the index lists', async () => {
    const other = 'other';
    await world.secrets.write(`trueup/${other}/token`, bearer);
    await world.desired.put(other, 'connection', {
      provider: 'barndoor',
      baseUrl: world.barndoor.url,
      auth: { type: 'bearer', token: { secret: `trueup/${other}/token` } },
    });
    const result = await scheduled()(event, context);
    expect(result).toEqual({ connections: 2, queued: 0, passes: 2, knocked: 0, failed: [] });
    expect(world.barndoor.find(a).name).toBe('New');
  });

  test('a connection that fails never stops another', async () => {
    await world.close();
    world = await startWorld({}, { dynamodb: { intercept: failQueriesOf('aaa') } });
    await world.declareConnection();
    world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
    await world.declare({ id: a, spec: { name: 'New' } });
    for (const name of ['aaa', 'zzz']) {
      await world.desired.put(name, 'connection', { provider: 'barndoor', baseUrl: 'https://x' });
    }
    const result = await scheduled()(event, context);
    expect(result).toEqual({ connections: 3, queued: 0, passes: 2, knocked: 0, failed: ['aaa'] });
    expect(world.barndoor.find(a).name).toBe('New');
    const [line] = world.log.lines.filter(({ message }) => message === 'pass failed');
    expect(line).toMatchObject({ level: 'error', fields: { connection: 'aaa' } });
  });

  test('a lease item that somebody damaged fails its connection by name, and no other', async () => {
    const damaged = {
      connection: { S: 'aaa' },
      item: { S: 'lease' },
      epoch: { N: '1' },
      expiresAt: { S: 'tomorrow' },
    };
    const client = dynamoDbClient(world.endpoints.dynamodb);
    const { ledgerTable: TableName } = world.settings;
    await client.send(new PutItemCommand({ TableName, Item: damaged }));
    client.destroy();
    await world.desired.put('aaa', 'connection', { provider: 'barndoor', baseUrl: 'https://x' });
    const result = await scheduled()(event, context);
    expect(result).toEqual({ connections: 2, queued: 0, passes: 1, knocked: 0, failed: ['aaa'] });
    expect(world.barndoor.find(a).name).toBe('New');
    const [line] = world.log.lines.filter(({ message }) => message === 'pass failed');
    expect(line?.fields).toMatchObject({ connection: 'aaa', code: 'store-malformed' });
  });

  describe('beyond its own share', () => {
    const names = ['aaa', 'bbb', 'ccc'];
    const run = (inlineShare?: number) =>
      createScheduled(
        () => ({ deps: world.deps, connectionsAtOnce: 2, inlineShare }),
        quietObservability(),
      )(event, context);
    const sent = () =>
      world.sqs
        .queue(world.queueUrl)
        .messages.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

    beforeEach(async () => {
      for (const name of names) {
        await world.desired.put(name, 'connection', { provider: 'barndoor', baseUrl: 'https://x' });
      }
    });

    test('connections go to the queue first', async () => {
      expect(await run(1)).toEqual({
        connections: 4,
        queued: 3,
        passes: 1,
        knocked: 0,
        failed: [],
      });
      expect(sent()).toMatchObject(
        [connection, 'bbb', 'ccc']
          .toSorted()
          .map((name) => ({ version: 1, connection: name, reason: 'share' })),
      );
      expect(world.barndoor.find(a).name).toBe('Old');
    });

    test('nothing is sent if the share is large enough, or there is no queue', async () => {
      expect(await run(4)).toMatchObject({ queued: 0, passes: 4 });
      expect(await run()).toMatchObject({ queued: 0, passes: 4 });
      expect(world.sqs.calls).toEqual({});
    });

    test('it does them itself when the queue fails', async () => {
      const refuse = { send: () => Promise.reject(new StoreError('store-denied', 'not for you')) };
      const scheduledWith = createScheduled(
        () => ({
          deps: { ...world.deps, queue: refuse },
          connectionsAtOnce: 2,
          inlineShare: 1,
        }),
        quietObservability(),
      );
      expect(await scheduledWith(event, context)).toMatchObject({ queued: 0, passes: 4 });
      const [line] = world.log.lines.filter(({ message }) => message === 'connections not sent');
      expect(line).toMatchObject({ level: 'error', fields: { connections: 3 } });
    });
  });

  test('prints one structured line a pass, and metrics without the connection as a dimension', async () => {
    const lines: string[] = [];
    const catching = { log: keep, info: keep, warn: keep, error: keep, debug: keep };
    function keep(text: unknown) {
      lines.push(String(text));
    }
    const observability = createObservability();
    Object.assign(observability.metrics, { console: catching });
    await scheduled(observability)(event, context);
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(metrics).toHaveLength(1);
    expect(metrics[0]).toMatchObject({ Passes: 1, ServersUpdated: 1, VendorCallsPut: 1 });
    expect(JSON.stringify(metrics)).not.toContain(connection);
    const [line] = world.log.lines.filter(({ message }) => message === 'pass completed');
    expect(line?.fields).toMatchObject({ connection, trigger: 'schedule', servers: 1 });
  });

  test('a handler that cannot read its settings says which variable is wrong', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const handler = createScheduled(() => {
      readSettings({});
      throw new Error('not reached');
    }, quietObservability());
    await expect(handler(event, context)).rejects.toThrow('TRUEUP_DESIRED_TABLE is not set');
    error.mockRestore();
  });
});

const failQueriesOf = (name: string) => (operation: string, body: unknown) =>
  operation === 'Query' && JSON.stringify(body).includes(`{"S":"${name}"}`)
    ? { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } }
    : undefined;

describe('settings', () => {
  const environment = {
    TRUEUP_DESIRED_TABLE: 'd',
    TRUEUP_LEDGER_TABLE: 'l',
    TRUEUP_FINGERPRINT_SECRET: 'k',
    TRUEUP_ALLOWED_HOSTS: 'barndoor=acme.platform.barndoor.ai',
  };

  test('have defaults', () => {
    expect(readSettings(environment)).toEqual({
      desiredTable: 'd',
      ledgerTable: 'l',
      fingerprintSecret: 'k',
      secretPrefix: 'trueup',
      allowedHosts: 'barndoor=acme.platform.barndoor.ai',
      connectionsAtOnce: 10,
      inlineShare: 20,
    });
  });

  test('take what is optional, and nothing from an empty text', () => {
    const more = { TRUEUP_QUEUE_URL: 'q', TRUEUP_EVENT_BUS: 'b', TRUEUP_INLINE_SHARE: '5' };
    expect(readSettings({ ...environment, ...more })).toMatchObject({
      queueUrl: 'q',
      eventBus: 'b',
      inlineShare: 5,
    });
    const empty = readSettings({ ...environment, TRUEUP_QUEUE_URL: '', TRUEUP_EVENT_BUS: '' });
    expect(empty).not.toHaveProperty('queueUrl');
    expect(empty).not.toHaveProperty('eventBus');
  });

  test.each(['0', '-1', 'ten', '1.5'])('refuse %s connections at once', (value) => {
    expect(() => readSettings({ ...environment, TRUEUP_CONNECTIONS_AT_ONCE: value })).toThrow(
      'TRUEUP_CONNECTIONS_AT_ONCE must be a whole number',
    );
  });
});
