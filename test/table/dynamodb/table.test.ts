import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient } from '../../../lib/table/dynamodb/client.ts';
import { operationOf } from '../../../lib/local/aws/aws-json.ts';
import { dynamoDbClient as localClient } from '../../../lib/local/aws/dynamodb/client.ts';
import { startLoopbackServer } from '../../../lib/local/loopback-server.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { openItems, type Items } from '../../../lib/table/dynamodb/items.ts';
import { dynamoDbTable } from '../../../lib/table/dynamodb/table.ts';
import { fault, local, tableWorld, type TableWorld } from '../../support/aws-world.ts';
import { TestClock } from '../../support/test-clock.ts';
import { tableContract } from '../table-contract.ts';

const TableName = 'Ledger';

tableContract('DynamoDB', async () => {
  const { client, close } = await tableWorld();
  const options = { client, table: TableName, clock: new TestClock() };
  return { table: dynamoDbTable(options), other: dynamoDbTable(options), close };
});

describe('A DynamoDB table', () => {
  let world: TableWorld;
  beforeEach(async () => {
    world = await tableWorld({ maxAttempts: 2 });
  });
  afterEach(() => world.close());
  const options = () => ({ client: world.client, table: TableName, clock: new TestClock() });
  const open = () => dynamoDbTable(options());

  test('a write that was applied, and repeated because its answer was lost, held', async () => {
    const direct = localClient(world.server.endpoint);
    const cut = new Set(['PutItem', 'DeleteItem']);
    const proxy = await startLoopbackServer(async (request) => {
      const headers = request.headers as Record<string, string>;
      const { host: _host, connection: _connection, ...passed } = headers;
      const { status, headers: answered, bytes } = await direct.forward(passed, request.text);
      return cut.delete(operationOf(request)) ? 'cut' : { status, headers: answered, body: bytes };
    });
    const client = dynamoDbClient({ ...local, endpoint: proxy.url });
    try {
      const table = dynamoDbTable({ ...options(), client });
      expect(await table.put('acme', 'a', { n: 1 }, 0)).toBe(true);
      cut.add('PutItem');
      expect(await table.put('acme', 'a', { n: 2 }, 1)).toBe(true);
      expect(await table.get('acme', 'a')).toMatchObject({ rev: 2, value: { n: 2 } });
      expect(await table.remove('acme', 'a', 2)).toBe(true);
      expect(world.server.calls).toMatchObject({ PutItem: 4, DeleteItem: 2, GetItem: 3 });
    } finally {
      client.destroy();
      direct.close();
      await proxy.close();
    }
  });

  test('a repeated write that another has overtaken did not hold', async () => {
    await open().put('acme', 'a', { by: 'other' }, 0);
    let first = true;
    world.intercept = (operation) => {
      if (operation !== 'PutItem' || !first) return undefined;
      first = false;
      return fault('InternalServerError', 500);
    };
    expect(await open().put('acme', 'a', {}, 0)).toBe(false);
    expect(first).toBe(false);
  });

  test('throttling is waited out, and named when it does not end', async () => {
    const once = [fault('ProvisionedThroughputExceededException')];
    world.intercept = () => once.shift();
    await open().put('acme', 'a', {});
    world.intercept = () => fault('ThrottlingException');
    await expect(open().query('acme')).rejects.toMatchObject({
      code: 'store-throttled',
      context: { call: 'DynamoDB Query', store: 'Ledger', connection: 'acme' },
    });
    await expect(open().put('acme', 'b', {})).rejects.toMatchObject({ context: { item: 'b' } });
  });

  test('a table that hangs fails after the attempts that there are', async () => {
    let attempts = 0;
    world.intercept = () => {
      attempts += 1;
      return { delayMs: 60_000 };
    };
    const { endpoint } = world.server;
    const client = dynamoDbClient({ ...local, endpoint, timeoutMs: 250, maxAttempts: 2 });
    const table = dynamoDbTable({ ...options(), client });
    await expect(table.query('acme')).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(attempts).toBe(2);
    client.destroy();
  });

  test('a table that is not there, or not permitted, is named', async () => {
    const missing = dynamoDbTable({ ...options(), table: 'Nope' });
    await expect(missing.query('acme')).rejects.toMatchObject({ code: 'store-absent' });
    world.intercept = () => fault('AccessDeniedException');
    await expect(open().getMany('acme', ['a'])).rejects.toMatchObject({ code: 'store-denied' });
  });

  test('an item with a revision that is none is an error that names it', async () => {
    const Item = { connection: { S: 'acme' }, item: { S: 'a' }, rev: { S: '1' } };
    await world.client.send(new PutItemCommand({ TableName, Item }));
    await expect(open().get('acme', 'a')).rejects.toMatchObject({
      code: 'store-malformed',
      context: { connection: 'acme', item: 'a' },
    });
  });

  test('sets of other tools are symbols, and an answer that is no JSON is not repeated', async () => {
    const Item = { connection: { S: 'acme' }, item: { S: 'a' }, set: { SS: ['x'] } };
    await world.client.send(new PutItemCommand({ TableName, Item }));
    const item = await open().get('acme', 'a');
    expect(typeof item?.value['set']).toBe('symbol');
    world.intercept = () => ({ status: 200, body: 'not json' as unknown as object });
    const error: unknown = await open()
      .query('acme')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).not.toContain('not json');
  });

  const reads: readonly [string, (items: Items) => Promise<unknown>, unknown][] = [
    ['a Query', (items) => items.query('acme'), []],
    ['a count', (items) => items.count('acme', { prefix: 'server#' }), 0],
    ['a BatchGetItem', (items) => items.getMany('acme', ['server#1']), []],
    ['a Scan of an index', (items) => Array.fromAsync(items.scanIndex('provider')), [[]]],
  ];
  test.each(reads)(
    '%s of an empty table finds nothing; an answer without items is an error',
    async (_, ask, nothing) => {
      const items = openItems({ ...options(), table: 'Desired' });
      expect(await ask(items)).toEqual(nothing);
      world.intercept = () => ({ status: 200, body: {} });
      await expect(ask(items)).rejects.toMatchObject({
        code: 'store-incomplete',
        context: { store: 'Desired' },
      });
    },
  );
});
