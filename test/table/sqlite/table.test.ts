import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteTable } from '../../../lib/table/sqlite/table.ts';
import { tableContract } from '../table-contract.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');

tableContract('SQLite in memory', async () => {
  const table = openSqliteTable(':memory:', now);
  return { table, other: table, close: () => table.close() };
});

tableContract('An SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-table-'));
  const [table, other] = [1, 2].map(() => openSqliteTable(join(folder, 'state.db'), now));
  if (!table || !other) throw new Error('no tables');
  return {
    table,
    other,
    close: () => {
      for (const one of [table, other]) one.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describe('An SQLite file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trueup-table-'));
    path = join(folder, 'state.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is for its owner only, with what SQLite keeps beside it, and outlives its handle', async () => {
    const first = openSqliteTable(path, now);
    await first.put('acme', 'a', { n: 1 }, 0);
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600);
    }
    first.close();
    const second = openSqliteTable(path, now);
    expect(await second.get('acme', 'a')).toMatchObject({ rev: 1, value: { n: 1 } });
    second.close();
    await expect(second.get('acme', 'a')).rejects.toThrow('finalized');
  });

  test('loses what has expired when it is opened', async () => {
    const first = openSqliteTable(path, now);
    const ttl = now / 1000 + 60;
    await first.put('acme', 'a', { ttl });
    await first.put('acme', 'b', { ttl: ttl + 1 });
    await first.put('acme', 'c', {});
    first.close();
    const second = openSqliteTable(path, now + 60_000);
    expect((await second.query('acme')).map(({ key }) => key)).toEqual(['b', 'c']);
    second.close();
  });
});
