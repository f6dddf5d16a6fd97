import { GetItemCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leaseTable } from '../../lib/aws/lease-table.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { operationOf } from '../../lib/local/aws/aws-json.ts';
import { dynamoDbClient as localClient } from '../../lib/local/aws/dynamodb/client.ts';
import { startLoopbackServer, type LoopbackRequest } from '../../lib/local/loopback-server.ts';
import { hold } from '../../lib/lease/lease.ts';
import type { LeaseItems, Scope } from '../../lib/reconcile/ports/lease-items.ts';
import { StoreError } from '../../lib/reconcile/ports/store-error.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { leaseContract } from '../contracts/lease-contract.ts';
import { itemBytes } from '../ledger/item-bytes.ts';
import { local, tableWorld, type TableWorld } from './world.ts';

const table = 'Ledger';

leaseContract('The Ledger table', async () => {
  const { client, close } = await tableWorld();
  return { lease: leaseTable({ client, table }), other: leaseTable({ client, table }), close };
});

describe('The lease in the Ledger table', () => {
  let world: TableWorld;
  let lease: LeaseItems;
  beforeEach(async () => {
    world = await tableWorld();
    lease = leaseTable({ client: world.client, table });
  });
  afterEach(() => world.close());

  const key = (connection: string) => ({ connection: { S: connection }, item: { S: 'lease' } });

  test('its item stays small, whatever is asked for, by whomever', async () => {
    const ids = (prefix: string) =>
      new Set(Array.from({ length: 100 }, (_, n) => `${prefix}${n}`.padEnd(125, '*') + '😀'));
    const longest = (prefix: string) =>
      new Set([...ids(prefix)].map((id) => id.replaceAll('*', '😀')));
    await lease.acquire('acme', { owner: 'o'.repeat(500), expiresAt: 2e12, overBefore: 0 });
    await lease.knock('acme', { scope: longest('a'), overBefore: 0 });
    await lease.serve('acme', { epoch: 1, knocks: 1, running: longest('a') });
    await lease.knock('acme', { scope: longest('b'), overBefore: 0 });
    const start = '2026-11-22T12:00:00.000Z';
    const window = Array.from({ length: 12 }, () => ({ start, changed: 10_000 }));
    const budget = { tokens: -10 / 3, at: 2e12, by: 'o'.repeat(500) };
    const retry = { attempts: 100, notBefore: start, key: 'k'.repeat(64) };
    const save = { window, budget, retry };
    await lease.renew('acme', { epoch: 1, expiresAt: 2e12, save });
    const get = new GetItemCommand({ TableName: table, Key: key('acme') });
    const { Item = {} } = await world.client.send(get);
    expect(itemBytes(Item)).toBeGreaterThan(90_000);
    expect(itemBytes(Item)).toBeLessThan(110_000);
  });

  test.each<[string, Record<string, AttributeValue>]>([
    ['an epoch that is text', { epoch: { S: 'one' } }],
    ['an owner that is a number', { owner: { N: '1' }, expiresAt: { N: '1000' } }],
    ['an expiry that is text', { expiresAt: { S: '2026-11-22T12:00:00.000Z' } }],
    ['an expiry before all time', { expiresAt: { N: '-1' } }],
    ['a former expiry that is text', { expiredAt: { S: 'never' }, expiresAt: { N: '1000' } }],
    ['half a knock', { knocks: { N: '0.5' } }],
    ['knocks as a list', { knockIds: { L: [{ S: 'a' }] } }],
    ['a knock for yes', { knockAll: { S: 'yes' } }],
    ['running text', { runningIds: { S: 'a' } }],
    ['not running all', { runningAll: { BOOL: false } }],
    ['a window that is a map', { window: { M: {} } }],
    ['a window at noon', { window: { L: [{ M: { start: { S: 'noon' }, changed: { N: '1' } } }] } }],
    ['a retry without times', { retry: { M: { attempts: { N: '1' }, key: { S: 'k' } } } }],
    ['a budget without a clock', { budget: { M: { tokens: { N: '1' } } } }],
  ])('an item with %s fails by name, and no other connection with it', async (_, wrong) => {
    const item = { ...key('acme'), epoch: { N: '3' }, ...wrong };
    await world.client.send(new PutItemCommand({ TableName: table, Item: item }));
    const options = { owner: 'one', expiresAt: 2000, overBefore: 1000 };
    const failure = await lease.acquire('acme', options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect((failure as Error).message).toContain('Ledger acme lease');
    expect(await lease.acquire('other', options)).toMatchObject({ epoch: 1 });
  });

  /** How a session goes whose `nth` UpdateItem takes effect and is not answered. */
  async function unlucky(connection: string, nth: number, maxAttempts: number) {
    const direct = localClient(world.server.endpoint);
    let updates = 0;
    let isCut = false;
    const attemptOf = ({ headers }: LoopbackRequest) =>
      /attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1];
    const proxy = await startLoopbackServer(async (request) => {
      const { host: _host, connection: _c, ...headers } = request.headers as Record<string, string>;
      const { status, headers: answered, bytes } = await direct.forward(headers, request.text);
      if (operationOf(request) === 'UpdateItem' && attemptOf(request) === '1') {
        updates += 1;
        if (updates === nth) isCut = true;
        if (updates === nth) return 'cut';
      }
      return { status, headers: answered, body: bytes };
    });
    const client = dynamoDbClient({ ...local, endpoint: proxy.url, maxAttempts });
    const items = leaseTable({ client, table });
    let now = 1_000_000;
    const clock = {
      now: () => now,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
    };
    const served: Scope[] = [];
    let [atWork, mostAtWork, failures] = [0, 0, 0];
    let isFirstRound = true;
    /** A caller that asks again until it is told that its request is safe. */
    const ask = async (owner: string, id: string): Promise<void> => {
      try {
        const own = { items, clock, settings: defaultSettings, owner };
        await hold(own, {
          connection,
          scope: new Set([id]),
          round: async (_lease, scope) => {
            atWork += 1;
            mostAtWork = Math.max(mostAtWork, atWork);
            if (isFirstRound) {
              isFirstRound = false;
              await Promise.all([ask('two', 'b'), ask('three', 'c')]);
            }
            served.push(scope);
            atWork -= 1;
            return { stop: false };
          },
          handOver: async () => true,
        });
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failures += 1;
        await ask(owner, id);
      }
    };
    try {
      await ask('one', 'a');
      // What was knocked for at a lease that nobody knew to hold is found by whoever comes when it is over.
      for (const [owner, id] of [
        ['four', 'd'],
        ['five', 'e'],
      ] as const) {
        now += defaultSettings.leaseMs + defaultSettings.marginMs + 1;
        await ask(owner, id);
      }
      const all = served.flatMap((scope) => (scope === 'all' ? ['all'] : [...scope]));
      const { expiresAt, owner, knocked, running } = (await lease.read(connection)) ?? {};
      const ids = [...new Set(all)].toSorted();
      return { isCut, ids, mostAtWork, failures, left: [expiresAt, owner, knocked, running] };
    } finally {
      client.destroy();
      direct.close();
      await proxy.close();
    }
  }

  const lost = Array.from({ length: 9 }, (_, n) => n + 1);
  const whole = {
    isCut: true,
    ids: ['a', 'b', 'c', 'd', 'e'],
    mostAtWork: 1,
    left: [undefined, undefined, undefined, undefined],
  };
  test.each(lost)('update %i is applied, its answer lost, and the call repeated', async (nth) => {
    expect(await unlucky('acme', nth, 3)).toEqual({ ...whole, failures: 0 });
  });

  test.each(lost)('update %i is applied, and fails for its caller', async (nth) => {
    const { failures, ...result } = await unlucky('acme', nth, 1);
    expect(result).toEqual(whole);
    expect(failures).toBeGreaterThan(0);
  });
});
