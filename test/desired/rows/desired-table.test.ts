import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toItem } from '../../../lib/table/dynamodb/attribute-values.ts';
import type { Writable } from '../../../lib/table/table.ts';
import { desiredTable } from '../../../lib/desired/rows/desired-table.ts';
import { jsonIssues } from '../../../lib/model/json/json-issues.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { desiredContract } from '../desired-contract.ts';
import { TestClock } from '../../support/test-clock.ts';
import { fault, tableWorld, type TableWorld } from '../../support/aws-world.ts';

const TableName = 'Desired';
const key = (item: string) => ({ connection: { S: 'acme' }, item: { S: item } });
/** A batch's answer that has nothing, and leaves these keys. */
const left = (items: readonly string[]) => ({
  status: 200,
  body: { Responses: {}, UnprocessedKeys: { Desired: { Keys: items.map(key) } } },
});

desiredContract('The Desired table', async () => {
  const world = await tableWorld();
  const { client } = world;
  return {
    desired: desiredTable({ client, table: TableName, clock: new TestClock() }),
    put: async (connection, item, value) => {
      const Item = toItem({ ...(value as Record<string, Writable>), connection, item });
      await client.send(new PutItemCommand({ TableName, Item }));
    },
    close: world.close,
  };
});

describe('The Desired table', () => {
  let world: TableWorld;
  let clock: TestClock;
  beforeEach(async () => {
    world = await tableWorld();
    clock = new TestClock();
  });
  afterEach(() => world.close());
  const desired = () =>
    desiredTable({ client: world.client, table: TableName, clock, random: () => 0 });

  test('takes what any tool can write, and keeps what JSON does not know out of every schema', async () => {
    const Item = {
      ...key('server#a'),
      set: { SS: ['a', 'b'] },
      numbers: { NS: ['1'] },
      blobs: { BS: [Uint8Array.of(1)] },
      binary: { B: Uint8Array.of(1, 2) },
      huge: { N: '12345678901234567890123' },
      exact: { N: '0.30000000000000004' },
      long: { N: '0.1234567890123456789' },
      round: { N: '1.50E+3' },
      vast: { N: '1E+125' },
      spec: { M: { restrictions: { SS: ['x'] } } },
    };
    await world.client.send(new PutItemCommand({ TableName, Item }));
    const [row] = await desired().rows('acme');
    const value = row?.value ?? {};
    expect(value).toMatchObject({ exact: 0.300_000_000_000_000_04, round: 1500, vast: 1e125 });
    for (const name of ['set', 'numbers', 'blobs', 'binary', 'huge', 'long']) {
      expect(typeof value[name]).toBe('symbol');
    }
    expect(
      jsonIssues(value, 33)
        .map(({ path, problem }) => `${path} ${problem}`)
        .toSorted(),
    ).toEqual([
      '/binary is not a JSON value (DynamoDB binary)',
      '/blobs is not a JSON value (DynamoDB set)',
      '/huge is not a JSON value (number with more digits than are kept)',
      '/long is not a JSON value (number with more digits than are kept)',
      '/numbers is not a JSON value (DynamoDB set)',
      '/set is not a JSON value (DynamoDB set)',
      '/spec/restrictions is not a JSON value (DynamoDB set)',
    ]);
    expect(value).not.toHaveProperty('connection');
  });

  test('an attribute named __proto__ spoils its own row, and no other', async () => {
    // The real service keeps such a name; the one on loopback does not.
    const spoilt = { ...key('server#a'), ['__proto__']: { S: 'x' } };
    const sound = { ...key('server#b'), spec: { M: {} } };
    world.intercept = () => ({ status: 200, body: { Items: [spoilt, sound], Count: 2 } });
    const rows = await desired().rows('acme');
    expect(rows.map(({ value }) => jsonIssues(value, 33).map(({ path }) => path))).toEqual([
      ['/__proto__'],
      [],
    ]);
  });

  test('a server row with an attribute named provider is no connection', async () => {
    const Item = { ...key('server#a'), provider: { S: 'barndoor' } };
    await world.client.send(new PutItemCommand({ TableName, Item }));
    for await (const name of desired().connections()) throw new Error(`found ${name}`);
    expect(world.server.calls['Scan']).toBe(1);
  });

  test('lists connections over more than one page of the index', async () => {
    const names = Array.from({ length: 1500 }, (_, n) => `c-${n}-${'x'.repeat(800)}`);
    for (let from = 0; from < names.length; from += 25) {
      const puts = names.slice(from, from + 25).map((name) => ({
        PutRequest: {
          Item: { connection: { S: name }, item: { S: 'connection' }, provider: { S: 'alloy' } },
        },
      }));
      await world.client.send(new BatchWriteItemCommand({ RequestItems: { Desired: puts } }));
    }
    const found = new Set<string>();
    for await (const name of desired().connections()) found.add(name);
    expect(found.size).toBe(names.length);
    expect(world.server.calls['Scan']).toBeGreaterThan(1);
  });

  test('fetches again what a batch left unprocessed, waiting longer each time without progress', async () => {
    for (const item of ['connection', 'server#a', 'server#b']) {
      await world.client.send(new PutItemCommand({ TableName, Item: key(item) }));
    }
    const all = ['connection', 'server#a', 'server#b'];
    const answers = [left(all), left(all)];
    world.intercept = () => answers.shift();
    const rows = await desired().rows('acme', ['a', 'b']);
    expect(rows.map((row) => row.item).toSorted()).toEqual(all);
    expect(clock.slept).toEqual([50, 100]);
  });

  test('fails rather than return a part', async () => {
    world.intercept = (_operation, body) => ({
      status: 200,
      body: {
        Responses: { Desired: [] },
        UnprocessedKeys: (body as { RequestItems: object }).RequestItems,
      },
    });
    const error: unknown = await desired()
      .rows('acme', ['a'])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      code: 'store-incomplete',
      context: { store: 'Desired', connection: 'acme' },
    });
    expect(clock.slept.length).toBeLessThan(10);
  });

  test('a page that fails fails the read', async () => {
    const big = { ...key(''), text: { S: 'x'.repeat(300_000) } };
    for (const id of 'abcde') {
      const Item = { ...big, ...key(`server#${id}`) };
      await world.client.send(new PutItemCommand({ TableName, Item }));
    }
    world.intercept = (_operation, body) =>
      'ExclusiveStartKey' in (body as object) ? fault('ResourceNotFoundException') : undefined;
    await expect(desired().rows('acme')).rejects.toMatchObject({ code: 'store-absent' });
    await expect(desired().countServers('acme')).rejects.toMatchObject({ code: 'store-absent' });
  });
});
