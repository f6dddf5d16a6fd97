import { gzipSync } from 'node:zlib';
import {
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fromItem } from '../../lib/table/dynamodb/attribute-values.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { ledgerTable } from '../../lib/aws/ledger-table.ts';
import { operationOf } from '../../lib/local/aws/aws-json.ts';
import { dynamoDbClient as localClient } from '../../lib/local/aws/dynamodb/client.ts';
import { startLoopbackServer } from '../../lib/local/loopback-server.ts';
import { LostUpdateError, StoreError } from '../../lib/reconcile/ports/store-error.ts';
import { ledgerContract } from '../contracts/ledger-contract.ts';
import { at, change, hashOf, heldPlan, report, server } from '../contracts/records.ts';
import { day, TestClock } from '../contracts/test-clock.ts';
import { fault, local, tableWorld, type TableWorld } from './world.ts';

const TableName = 'Ledger';

for (const remember of [false, true]) {
  ledgerContract(`The Ledger table${remember ? ', remembering' : ''}`, async () => {
    const world = await tableWorld();
    const clock = new TestClock(at);
    const options = { client: world.client, table: TableName, clock, remember };
    return {
      ledger: ledgerTable(options),
      other: ledgerTable(options),
      clock,
      close: world.close,
    };
  });
}

describe('The Ledger table', () => {
  let world: TableWorld;
  let clock: TestClock;
  beforeEach(async () => {
    world = await tableWorld({ timeoutMs: 250, maxAttempts: 2 });
    clock = new TestClock(at);
  });
  afterEach(() => world.close());
  const open = () => ledgerTable({ client: world.client, table: TableName, clock });
  const put = (item: string, values: Record<string, AttributeValue>) =>
    world.client.send(
      new PutItemCommand({
        TableName,
        Item: { connection: { S: 'acme' }, item: { S: item }, ...values },
      }),
    );
  const all = async () => {
    const { Items = [] } = await world.client.send(new ScanCommand({ TableName }));
    return Items.map(fromItem).toSorted((a, b) => (String(a['item']) < String(b['item']) ? -1 : 1));
  };

  test('a write that was applied, and repeated because its answer was lost, was ours', async () => {
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
      const ledger = ledgerTable({ client, table: TableName, clock });
      const written = await ledger.writeServer('acme', server('a'));
      expect(written.rev).toBe(1);
      cut.add('PutItem');
      const again = await ledger.writeServer('acme', { ...written, label: 'again' });
      expect((await ledger.read('acme')).servers.get('a')).toEqual(again);
      await ledger.forgetServer('acme', again);
      expect(world.server.calls).toMatchObject({ PutItem: 4, DeleteItem: 2, GetItem: 2 });
    } finally {
      client.destroy();
      direct.close();
      await proxy.close();
    }
  });

  test('a repeated write that somebody else has overtaken is lost', async () => {
    const ledger = open();
    await ledger.writeServer('acme', server('a'));
    let first = true;
    world.intercept = (operation) => {
      if (operation !== 'PutItem' || !first) return undefined;
      first = false;
      return fault('InternalServerError', 500);
    };
    await expect(ledger.writeServer('acme', server('a'))).rejects.toThrow(LostUpdateError);
  });

  test('throttling is waited out, and named when it does not end', async () => {
    const once = [fault('ProvisionedThroughputExceededException')];
    world.intercept = () => once.shift();
    await open().writeServer('acme', server('a'));
    world.intercept = () => fault('ThrottlingException');
    await expect(open().read('acme')).rejects.toMatchObject({
      code: 'store-throttled',
      context: { call: 'DynamoDB Query', store: 'Ledger', connection: 'acme' },
    });
    const write = open().writeServer('acme', server('b'));
    await expect(write).rejects.toMatchObject({ context: { item: 'server#b' } });
  });

  test('a table that hangs fails in bounded time', async () => {
    world.intercept = () => ({ delayMs: 60_000 });
    const started = Date.now();
    await expect(open().read('acme')).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(Date.now() - started).toBeLessThan(5000);
  });

  test('a table that is not there, or not permitted, is named', async () => {
    const missing = ledgerTable({ client: world.client, table: 'Nope', clock });
    await expect(missing.read('acme')).rejects.toMatchObject({ code: 'store-absent' });
    world.intercept = () => fault('AccessDeniedException');
    await expect(open().read('acme', ['a'])).rejects.toMatchObject({ code: 'store-denied' });
  });

  const broken: [string, Record<string, AttributeValue>, string][] = [
    ['no rev', { rev: { S: '1' } }, 'rev'],
    ['an unknown outcome', { outcome: { S: 'splendid' } }, 'outcome'],
    ['a time that is none', { since: { S: 'yesterday' } }, 'since'],
    ['no fields', { applied: { NULL: true } }, 'applied'],
    ['a broken field', { applied: { M: { '/name': { M: {} } } } }, 'applied./name.fingerprint'],
    [
      'a set of pointers',
      { intent: { M: { epoch: { N: '1' }, pointers: { SS: ['/a'] } } } },
      'intent',
    ],
    ['a damaged body', { packed: { B: Uint8Array.of(1, 2, 3) } }, 'packed'],
  ];
  test.each(broken)(
    'a server item with %s fails its connection, by name',
    async (_what, values, place) => {
      const ledger = open();
      await ledger.writeServer('beta', server('a'));
      const good = {
        rev: { N: '1' },
        outcome: { S: 'inSync' },
        since: { S: at },
        applied: { M: {} },
        undecided: { M: {} },
        normalised: { M: {} },
      };
      await put('server#bad', { ...good, ...values });
      const error: unknown = await ledger.read('acme').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: 'store-malformed', context: { item: 'server#bad' } });
      expect(String(error)).toContain(place);
      expect((await ledger.read('beta')).servers.size).toBe(1);
      expect((await ledger.read('acme', ['good'])).servers.size).toBe(0);
    },
  );

  test('a pause that somebody wrote by hand is a pause', async () => {
    await put('pause', { until: { S: 'whenever' }, by: { N: '7' } });
    await put('pause#a', { at: { S: at }, reason: { S: 'audit' } });
    const { pauses } = await open().read('acme');
    expect(pauses).toEqual([{ at: '1970-01-01T00:00:00.000Z' }, { id: 'a', at, reason: 'audit' }]);
  });

  test('a record that cannot fit is refused before it is sent', async () => {
    const applied = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, n) => [
        `/meta/${n}`,
        { fingerprint: { keyId: 'k', mac: hashOf(`${n}`) }, at },
      ]),
    );
    const write = open().writeServer('acme', server('a', { applied }));
    await expect(write).rejects.toMatchObject({ code: 'store-too-large' });
    expect(world.server.calls['PutItem']).toBeUndefined();
  });

  test('items that pass away have a ttl in seconds, and keys that sort by time', async () => {
    const ledger = open();
    for (const id of ['b', 'a']) await ledger.addChange('acme', change(id));
    await ledger.addChange('acme', change('a', { pass: 'second' }));
    await ledger.addChange('acme', change('a', { at: '2026-11-22T12:00:00.001Z', pass: 'third' }));
    await ledger.addDeclared('acme', 'a', 'c0ffee', at);
    await ledger.putHeld('acme', heldPlan(1));
    await ledger.approve('acme', { digest: heldPlan(1).digest, at });
    await ledger.putReport('acme', report({ pass: 'p1' }), true);
    const items = await all();
    const seconds = Date.parse(at) / 1000;
    const lives = items.map(({ item, ttl }) => [
      String(item).split('#')[0],
      Math.floor((Number(ttl) - seconds) / 86_400),
    ]);
    expect(lives).toEqual([
      ['approval', 1],
      ['change', 90],
      ['change', 90],
      ['change', 90],
      ['change', 90],
      ['declared', 90],
      ['held', 7],
      ['pass', 90],
      ['pass', 90],
    ]);
    const keys = items.map(({ item }) => String(item));
    expect(keys[1]).toMatch(/^change#a#20261122T120000000Z-000\d-[0-9a-f]{8}$/);
    expect(items.slice(1, 4).map(({ pass }) => pass)).toEqual([
      '20261122T120000000Z-aaaaaa',
      'second',
      'third',
    ]);
    expect(keys.slice(-2)).toEqual(['pass#20261122T120000000Z-p1', 'pass#last']);
  });

  test('history that somebody damaged is left out, and the rest is read', async () => {
    const ledger = open();
    await ledger.addChange('acme', change('a'));
    const ttl = { ttl: { N: '99999999999' } };
    const whole = { ...ttl, at: { S: at }, pass: { S: 'p' }, trigger: { S: 'cli' } };
    await put('change#a#1', ttl);
    await put('change#a#2', { ...whole, fields: { S: '{' } });
    await put('change#a#3', { ...whole, fields: { S: '{}' } });
    await put('change#a#4', { ...whole, fields: { S: '[]' }, trigger: { S: 'moon' } });
    await put('pass#1', { ...ttl, report: { S: '{' } });
    expect(await ledger.history('acme')).toEqual([change('a')]);
    expect(await ledger.reports('acme')).toEqual([]);
  });

  test('a pass in sync writes pass#last and nothing else', async () => {
    await open().putReport('acme', report(), false);
    const items = await all();
    expect(items.map(({ item }) => item)).toEqual(['pass#last']);
    expect(JSON.parse(String(items[0]?.['report']))).toEqual(report());
    expect(items[0]).toMatchObject({ state: 'ok', trigger: 'schedule', at });
  });

  test('history keeps small values whole, and the beginning and length of large ones', async () => {
    const field = change('a').fields[0];
    if (!field) throw new Error('no field');
    const after = { kind: 'value', value: 'y'.repeat(100_000) } as const;
    await open().addChange('acme', change('a', { fields: [{ ...field, after }] }));
    const many = Array.from({ length: 20_000 }, () => field);
    await open().addChange('acme', change('b', { fields: many }));
    const [small, large] = await all();
    const fields = JSON.parse(String(small?.['fields'])) as { before: unknown; after: unknown }[];
    expect(fields[0]?.before).toEqual(field.before);
    expect(JSON.stringify(fields[0]?.after)).toContain('… (100002 characters)');
    const kept = JSON.parse(String(large?.['fields'])) as unknown[];
    expect(kept.length + Number(large?.['omitted'])).toBe(20_000);
    expect(String(large?.['fields']).length).toBeLessThan(200_001);
  });

  test('a plan that is held for long is not written anew in every pass', async () => {
    const held = heldPlan(10_000);
    await open().putHeld('acme', held);
    const before = world.server.calls['PutItem'];
    expect(before).toBeGreaterThan(2);
    for (let pass = 0; pass < 5; pass += 1) await open().putHeld('acme', held);
    expect(world.server.calls).toMatchObject({ PutItem: before });
    expect(world.server.calls['UpdateItem']).toBeUndefined();
    clock.advance(2 * day);
    await open().putHeld('acme', held);
    expect(world.server.calls).toMatchObject({ PutItem: before, UpdateItem: before });
  });

  test('an approval whose body is damaged permits nothing, a held plan’s fails', async () => {
    await put('approval#d', { at: { S: at }, chunks: { N: '0' }, body: { B: Uint8Array.of(1) } });
    await put('approval#e', { at: { S: at }, chunks: { N: '2' }, writeId: { S: 'w' } });
    const body = (value: unknown) => ({
      chunks: { N: '0' },
      body: { B: gzipSync(JSON.stringify(value)) },
    });
    await put('approval#f', { at: { S: at }, ...body([{ toString: '' }]) });
    await put('approval#g', { at: { S: '100000%' }, ...body(['h1']) });
    await put('pass#1', { ttl: { SS: ['x'] }, report: { S: '{"pass":"p","counts":[]}' } });
    expect(await open().reports('acme')).toEqual([]);
    await put('held#d', { at: { S: at }, chunks: { N: '2' }, ttl: { N: '99999999999' } });
    expect(await open().approvals('acme', clock.now())).toEqual([]);
    await expect(open().held('acme', 'd')).rejects.toMatchObject({ code: 'store-malformed' });
  });

  test('every write carries its id, and no value is in an error', async () => {
    await open().writeServer('acme', server('a'));
    const Key = { connection: { S: 'acme' }, item: { S: 'server#a' } };
    const { Item } = await world.client.send(new GetItemCommand({ TableName, Key }));
    expect(Item?.['writeId']?.S).toMatch(/^[0-9a-f-]{36}$/);
    expect(Item).not.toHaveProperty('id');
    world.intercept = () => ({ status: 200, body: 'not json' as unknown as object });
    const error: unknown = await open()
      .read('acme')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).not.toContain('not json');
  });
});
