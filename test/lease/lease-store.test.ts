import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { acquireOrKnock } from '../../lib/lease/rounds.ts';
import type { Scope } from '../../lib/lease/scope.ts';
import { operationOf } from '../../lib/local/aws/aws-json.ts';
import { dynamoDbClient as localClient } from '../../lib/local/aws/dynamodb/client.ts';
import { startLoopbackServer, type LoopbackRequest } from '../../lib/local/loopback-server.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { dynamoDbTable } from '../../lib/table/dynamodb/table.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import { itemBytes } from '../ledger/item-bytes.ts';
import { local, tableWorld, type TableWorld } from '../support/aws-world.ts';
import { TestClock } from '../support/test-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { acquireAs, knockFor } from '../support/lease-events.ts';
import { leaseContract } from './lease-contract.ts';

const table = 'Ledger';
const clock = new TestClock();

leaseContract('DynamoDB', async () => {
  const { client, close } = await tableWorld();
  const options = { client, table, clock };
  return { table: dynamoDbTable(options), other: dynamoDbTable(options), close };
});

leaseContract('an SQLite file', async () => {
  const { path, remove } = await temporaryFolder();
  const [one, other] = [1, 2].map(() => openSqliteTable(join(path, 'state.db'), clock.now()));
  if (!one || !other) throw new Error('no tables');
  const close = async () => {
    one.close();
    other.close();
    await remove();
  };
  return { table: one, other, close };
});

describe('The lease in DynamoDB', () => {
  let world: TableWorld;
  let lease: LeaseStore;
  beforeEach(async () => {
    world = await tableWorld();
    lease = leaseStore(dynamoDbTable({ client: world.client, table, clock }));
  });
  afterEach(() => world.close());

  test('its item stays small, however much is asked for, and by however many', async () => {
    const longest = (prefix: string) =>
      Array.from({ length: 100 }, (_, n) => `${prefix}${n}`.padEnd(126, '*')).map((id) =>
        id.replaceAll('*', '😀'),
      );
    const item = await acquireAs('o'.repeat(500), lease, 'acme', { expiresAt: 2e12 });
    const epoch = item?.epoch ?? 0;
    await knockFor(longest('a'), lease, 'acme');
    const running = new Set(longest('a'));
    await lease.change('acme', { kind: 'serve', epoch, knocks: 1, running });
    await knockFor(longest('b'), lease, 'acme');
    const at = '2026-11-22T12:00:00.000Z';
    const save = {
      window: Array.from({ length: 12 }, () => ({ from: at, to: at, changed: 10_000 })),
      budget: { tokens: -10 / 3, at: 2e12, by: 'o'.repeat(500) },
      retry: { attempts: 100, notBefore: at, key: 'k'.repeat(64) },
    };
    await lease.change('acme', { kind: 'renew', epoch, expiresAt: 2e12, save });
    const Key = { connection: { S: 'acme' }, item: { S: 'lease' } };
    const { Item = {} } = await world.client.send(new GetItemCommand({ TableName: table, Key }));
    expect(itemBytes(Item)).toBeGreaterThan(90_000);
    expect(itemBytes(Item)).toBeLessThan(110_000);
  });

  /** How a session goes whose `nth` put takes effect and is not answered. */
  async function unlucky(connection: string, nth: number, maxAttempts: number) {
    const direct = localClient(world.server.endpoint);
    let puts = 0;
    let isCut = false;
    const attemptOf = ({ headers }: LoopbackRequest) =>
      /attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1];
    const proxy = await startLoopbackServer(async (request) => {
      const { host: _host, connection: _c, ...headers } = request.headers as Record<string, string>;
      const { status, headers: answered, bytes } = await direct.forward(headers, request.text);
      if (operationOf(request) === 'PutItem' && attemptOf(request) === '1') {
        puts += 1;
        if (puts === nth) isCut = true;
        if (puts === nth) return 'cut';
      }
      return { status, headers: answered, body: bytes };
    });
    const client = dynamoDbClient({ ...local, endpoint: proxy.url, maxAttempts });
    let now = 1_000_000;
    const jumping = {
      now: () => now,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
    };
    const served: Scope[] = [];
    let [atWork, mostAtWork, failures] = [0, 0, 0];
    let isFirstRound = true;
    /** A caller that asks again until its request is safe. */
    const ask = async (owner: string, id: string): Promise<void> => {
      try {
        const own = {
          lease: leaseStore(dynamoDbTable({ client, table, clock })),
          queue: { send: async () => undefined },
          clock: jumping,
          settings: defaultSettings,
          owner,
          uuid: randomUUID,
        };
        await acquireOrKnock(own, {
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
        });
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failures += 1;
        await ask(owner, id);
      }
    };
    try {
      await ask('one', 'a');
      // What was knocked for at a lease whose owner never knew that it had it is found when it has expired.
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
  test.each(lost)('put %i is applied, its answer lost, and the call repeated', async (nth) => {
    expect(await unlucky('acme', nth, 3)).toEqual({ ...whole, failures: 0 });
  });

  test.each(lost)('put %i is applied, and fails for its caller', async (nth) => {
    const { failures, ...result } = await unlucky('acme', nth, 1);
    expect(result).toEqual(whole);
    expect(failures).toBeGreaterThan(0);
  });
});
