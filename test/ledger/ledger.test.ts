import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { dynamoDbTable } from '../../lib/table/dynamodb/table.ts';
import { openSqliteTable, type SqliteTable } from '../../lib/table/sqlite/table.ts';
import type { Ledger } from '../../lib/ledger/ledger.types.ts';
import type { ItemValue, Table } from '../../lib/table/table.ts';
import { tableWorld } from '../support/aws-world.ts';
import { day, TestClock } from '../support/test-clock.ts';
import { ledgerContract } from './ledger-contract.ts';
import { at, change, hashOf, heldPlan, report, server } from './records.ts';

ledgerContract('In DynamoDB it', async () => {
  const { client, close } = await tableWorld();
  const clock = new TestClock(at);
  const open = () =>
    openLedger({ table: dynamoDbTable({ client, table: 'Ledger', clock }), clock });
  return { ledger: open(), other: open(), clock, close };
});

ledgerContract('In an SQLite file it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-ledger-'));
  const clock = new TestClock(at);
  const tables: SqliteTable[] = [];
  const open = () => {
    const table = openSqliteTable(join(folder, 'state.db'), clock.now());
    tables.push(table);
    return openLedger({ table, clock });
  };
  return {
    ledger: open(),
    other: open(),
    clock,
    close: () => {
      for (const table of tables) table.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describe('The ledger', () => {
  let table: SqliteTable;
  let clock: TestClock;
  beforeEach(() => {
    clock = new TestClock(at);
    table = openSqliteTable(':memory:', clock.now());
  });
  afterEach(() => table.close());
  const open = () => openLedger({ table, clock });

  const record = { outcome: 'inSync', since: at, applied: {}, undecided: {}, normalised: {} };
  const damaged: [string, ItemValue, string][] = [
    ['no outcome', { ...record, outcome: undefined }, 'outcome'],
    ['an unknown outcome', { ...record, outcome: 'splendid' }, 'outcome'],
    ['a time that is none', { ...record, since: 'yesterday' }, 'since'],
    ['a broken field', { ...record, applied: { '/name': { at } } }, 'applied./name.fingerprint'],
    ['a list for a map', { ...record, undecided: [] }, 'undecided'],
    ['a broken exchange', { ...record, normalised: { '/name': {} } }, 'normalised./name.sent'],
    ['a broken intent', { ...record, intent: { epoch: 1.5, pointers: [], at } }, 'intent.epoch'],
    ['a damaged body', { ...record, packed: Uint8Array.of(1, 2, 3) }, 'packed'],
  ];
  test.each(damaged)(
    'a server’s item with %s fails its connection, by name',
    async (_, value, place) => {
      await open().writeServer('beta', server('a'));
      await table.put('acme', 'server#bad', value, 0);
      const error: unknown = await open()
        .read('acme')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: 'store-malformed', context: { item: 'server#bad' } });
      expect(String(error)).toContain(`${place} is not valid`);
      expect((await open().read('beta')).servers.size).toBe(1);
      expect((await open().read('acme', ['good'])).servers.size).toBe(0);
    },
  );

  test('a server’s item without a revision fails', async () => {
    await table.put('acme', 'server#bad', record);
    await expect(open().read('acme')).rejects.toThrow('rev is not valid');
  });

  test('what a record has that is not known is not read', async () => {
    await table.put('acme', 'server#a', { ...record, odd: 1 }, 0);
    expect((await open().read('acme')).servers.get('a')).toEqual({ id: 'a', rev: 1, ...record });
  });

  test('a record that cannot fit is refused, and nothing is written', async () => {
    const applied = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, n) => [
        `/meta/${n}`,
        { fingerprint: { keyId: 'k', mac: hashOf(`${n}`) }, at },
      ]),
    );
    const write = open().writeServer('acme', server('a', { applied }));
    await expect(write).rejects.toMatchObject({ code: 'store-too-large' });
    expect(await table.query('acme')).toEqual([]);
  });

  test('damaged marks fail: that nothing was marked is not to be believed', async () => {
    await table.put('acme', 'resend#a', { marks: [7] }, 0);
    const failure = { code: 'store-malformed', context: { item: 'resend#a' } };
    await expect(open().read('acme')).rejects.toMatchObject(failure);
    await expect(open().markResend('acme', 'a', 'm')).rejects.toMatchObject(failure);
  });

  test('marks of many at once are all kept', async () => {
    const marks = Array.from({ length: 20 }, (_, n) => `m${n}`);
    await Promise.all(marks.map((mark) => open().markResend('acme', 'a', mark)));
    const { resend } = await open().read('acme');
    expect([...(resend.get('a') ?? [])].toSorted()).toEqual(marks.toSorted());
  });

  test('a pause that was written by hand is a pause', async () => {
    await table.put('acme', 'pause', { until: 'whenever', by: 7 });
    await table.put('acme', 'pause#a', { at, reason: 'audit' });
    const { pauses } = await open().read('acme');
    expect(pauses).toEqual([{ at: '1970-01-01T00:00:00.000Z' }, { id: 'a', at, reason: 'audit' }]);
  });

  test('history that is damaged is left out, and the rest is read', async () => {
    await open().record('acme', change('a'));
    const whole = change('a');
    const ttl = 99_999_999_999;
    const changes = [
      undefined,
      '{',
      '{}',
      JSON.stringify({ ...whole, at: '100000%' }),
      JSON.stringify({ ...whole, trigger: 'moon' }),
      JSON.stringify({ ...whole, fields: [{}] }),
    ];
    for (const [n, one] of changes.entries()) {
      await table.put('acme', `history#${n}`, { ttl, record: one });
    }
    const { counts } = report();
    const reports = [
      '{',
      '{"pass":"p","counts":[]}',
      { ...report(), startedAt: '100000%' },
      { ...report(), counts: { ...counts, updated: 'many' } },
    ];
    for (const [n, one] of reports.entries()) {
      const text = typeof one === 'string' ? one : JSON.stringify(one);
      await table.put('acme', `pass#${n}`, { ttl, report: text });
      await table.put('acme', 'pass#last', { ttl, report: text });
      expect(await open().lastReport('acme')).toBeUndefined();
    }
    const odd = { ...report(), counts: { ...counts, odd: 'many' } };
    await table.put('acme', 'pass#last', { ttl, report: JSON.stringify(odd) });
    expect(await open().lastReport('acme')).toEqual(report());
    expect(await open().history('acme')).toEqual([whole]);
    expect(await open().reports('acme')).toEqual([]);
  });

  test.each([
    ['pause', (ledger: Ledger) => ledger.pause('acme', { at, by: 'kim' })],
    ['resume', (ledger: Ledger) => ledger.resume('acme', { at, by: 'kim' })],
    [
      'approve',
      (ledger: Ledger) => ledger.approve('acme', { digest: 'd', at, hashes: [hashOf('a')] }),
    ],
  ])('%s is recorded before it is done: no record, no act', async (kind, act) => {
    const before = { at: '2026-11-22T11:00:00.000Z' };
    await open().pause('acme', before);
    const asked: string[] = [];
    const broken: Table = {
      ...table,
      put: async (partition, key, ...rest) => {
        asked.push(key.split('#')[0] ?? '');
        if (asked.length > 1) throw new StoreError('store-failed', 'the process died');
        return table.put(partition, key, ...rest);
      },
      remove: () => Promise.reject(new StoreError('store-failed', 'the process died')),
    };
    await expect(act(openLedger({ table: broken, clock }))).rejects.toThrow('died');
    expect(asked[0]).toBe('history');
    expect(await open().history('acme', { limit: 1 })).toMatchObject([{ kind }]);
    expect((await open().read('acme')).pauses).toEqual([before]);
    expect(await open().approvals('acme', clock.now())).toEqual([]);
  });

  test('history keeps small values whole, of large ones the beginning and length, of many fields the first', async () => {
    const [field] = change('a').fields;
    if (!field) throw new Error('no field');
    const ledger = open();
    const after = { kind: 'value', value: 'y'.repeat(100_000) } as const;
    await ledger.record('acme', change('a', { fields: [{ ...field, after }] }));
    const many = Array.from({ length: 20_000 }, () => field);
    await ledger.record('acme', change('b', { fields: many }));
    const [large, small] = await ledger.history('acme');
    if (small?.kind !== 'change' || large?.kind !== 'change') throw new Error('two changes');
    expect(small.fields[0]?.before).toEqual(field.before);
    expect(JSON.stringify(small.fields[0]?.after)).toContain('… (100002 characters)');
    expect(large.fields).toEqual(many.slice(0, 500));
  });

  test('an approval that is damaged, or dated far ahead, permits nothing', async () => {
    const hashes = Buffer.from(hashOf('a'), 'hex');
    const ahead = new Date(Date.parse(at) + 2 * day).toISOString();
    const approvals: ItemValue[] = [
      { at },
      { hashes },
      { at, hashes: hashes.subarray(1) },
      { at, hashes: [hashOf('a')] },
      { at: '100000%', hashes },
      { at: ahead, hashes },
    ];
    const key = 'approval#20261122T120000000Z#';
    for (const [n, one] of approvals.entries()) await table.put('acme', `${key}${n}`, one);
    expect(await open().approvals('acme', clock.now())).toEqual([]);
    await table.put('acme', `${key}good`, { at, hashes });
    expect(await open().approvals('acme', clock.now())).toEqual([
      { digest: 'good', at, hashes: [hashOf('a')] },
    ]);
  });

  test('a held plan that is damaged, or has lost hashes, fails', async () => {
    const fails = expect.objectContaining({ code: 'store-malformed' });
    const held = heldPlan(30_000);
    await open().putHeld('acme', held);
    const key = `held#${held.digest}`;
    await table.remove('acme', `${key}#1`);
    await expect(open().held('acme', held.digest)).rejects.toEqual(fails);
    const small = heldPlan(1);
    await open().putHeld('acme', small);
    const item = await table.get('acme', `held#${small.digest}`);
    const whole = { ...item?.value, ...item?.bytes } as ItemValue;
    const deep = `{"deep":${'['.repeat(9000)}${']'.repeat(9000)},`;
    const plans = [
      Uint8Array.of(1),
      gzipSync('{}'),
      gzipSync(JSON.stringify(small.plan).replace('{', deep)),
    ];
    const broken: ItemValue[] = [{ parts: 'two' }, ...plans.map((plan) => ({ plan }))];
    for (const one of broken) {
      await table.put('acme', `held#${small.digest}`, { ...whole, ...one });
      await expect(open().held('acme', small.digest)).rejects.toEqual(fails);
    }
  });

  test('an invalid hash is refused, and not stored in another form', async () => {
    const { digest } = heldPlan(1);
    for (const hash of ['', 'abc', `${hashOf('a').slice(1)}x`]) {
      await expect(open().approve('acme', { digest, at, hashes: [hash] })).rejects.toThrow(
        '128 bits',
      );
    }
  });

  test('a plan that is held for long is written again once a day', async () => {
    const held = heldPlan(3);
    await open().putHeld('acme', held);
    const ttl = async () => (await table.get('acme', `held#${held.digest}`))?.value['ttl'];
    const first = await ttl();
    clock.advance(day / 2);
    await open().putHeld('acme', held);
    expect(await ttl()).toBe(first);
    clock.advance(day);
    await open().putHeld('acme', held);
    expect(await ttl()).toBe(Number(first) + (1.5 * day) / 1000);
  });

  test('items that pass away have a ttl in seconds, and keys that sort by time', async () => {
    const ledger = open();
    for (const id of ['b', 'a']) await ledger.record('acme', change(id));
    await ledger.record('acme', change('a', { pass: 'second' }));
    await ledger.record('acme', change('a', { at: '2026-11-22T12:00:00.001Z', pass: 'third' }));
    await ledger.putPushed('acme', [{ server: 'a', declaration: 'c0ffee' }], { at, by: 'kim' });
    await ledger.putHeld('acme', heldPlan(1));
    await ledger.approve('acme', { digest: heldPlan(1).digest, at });
    await ledger.putReport('acme', report({ pass: 'p1' }), true);
    const items = await table.query('acme');
    const seconds = Date.parse(at) / 1000;
    expect(
      items.map(({ key, value: { ttl } }) => [
        key.split('#')[0],
        Math.floor((Number(ttl) - seconds) / 86_400),
      ]),
    ).toEqual([
      ['approval', 1],
      ['declared', 90],
      ['held', 7],
      ['history', 90],
      ['history', 90],
      ['history', 90],
      ['history', 90],
      ['history', 90],
      ['pass', 90],
      ['pass', 90],
    ]);
    const keys = items.map(({ key }) => key);
    expect(keys[3]).toMatch(/^history#20261122T120000000Z-000\d-[0-9a-f]{8}$/);
    expect(keys.slice(-2)).toEqual(['pass#20261122T120000000Z-p1', 'pass#last']);
  });

  test('a pass in sync writes pass#last and nothing more', async () => {
    await open().putReport('acme', report(), false);
    expect((await table.query('acme')).map(({ key }) => key)).toEqual(['pass#last']);
  });
});
