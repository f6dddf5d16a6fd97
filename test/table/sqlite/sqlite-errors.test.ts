import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { networkFileSystem } from '../../../lib/table/sqlite/database.ts';
import { sqliteError } from '../../../lib/table/sqlite/sqlite-errors.ts';
import { openSqliteTable } from '../../../lib/table/sqlite/table.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const script = join(import.meta.dirname, 'table-child.ts');

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-table-'));
  path = join(folder, 'state.db');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A process that counts, and the last number that it said was stored. */
function counter(times: number) {
  const child = spawn(process.execPath, [script, path, String(times)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const counting = { child, stored: 0 };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    counting.stored = Number(text.trim().split('\n').at(-1));
  });
  return counting;
}

async function read() {
  const table = openSqliteTable(path, now);
  const item = await table.get('acme', 'counter');
  table.close();
  return { rev: item?.rev ?? 0, n: Number(item?.value['n'] ?? 0), again: item?.value['again'] };
}

describe('Processes on one file', () => {
  test('that make it and change an item at once lose no change, and end', async () => {
    const counters = [1, 2, 3].map(() => counter(100));
    const codes = await Promise.all(counters.map(({ child }) => once(child, 'exit')));
    expect(codes).toEqual([1, 2, 3].map(() => [0, null]));
    expect(await read()).toEqual({ rev: 300, n: 300, again: 300 });
  });

  test('that are killed at any moment leave what was stored, whole, and nothing waits for them', async () => {
    let before = 0;
    for (let round = 0; round < 8; round += 1) {
      const counting = counter(1_000_000);
      while (counting.stored < before + 5 + round) await once(counting.child.stdout, 'data');
      counting.child.kill('SIGKILL');
      await once(counting.child, 'close');
      const { rev, n, again } = await read();
      expect(n).toBeGreaterThanOrEqual(counting.stored);
      expect([rev, again]).toEqual([n, n]);
      before = n;
    }
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({
      integrity_check: 'ok',
    });
    database.close();
  });

  test('wait for one that writes, for seconds', async () => {
    const table = openSqliteTable(path, now);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const started = Date.now();
    await expect(table.put('acme', 'a', {})).rejects.toMatchObject({
      code: 'store-busy',
      message: expect.stringContaining('another process kept it locked'),
    });
    expect(Date.now() - started).toBeGreaterThan(4000);
    expect(await table.get('acme', 'a')).toBeUndefined();
    other.exec('ROLLBACK');
    expect(await table.put('acme', 'a', {})).toBe(true);
    other.close();
    table.close();
  });
});

describe('A file that cannot be used', () => {
  const open = () => openSqliteTable(path, now);

  test('is one of a newer version, which stays as it is', () => {
    open().close();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 2');
    newer.close();
    const before = readFileSync(path);
    expect(open).toThrow(
      /newer version of Trueup \(schema 2, this one supports 1\): use that version/,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is one that is no database, which stays as it is', () => {
    const text = 'secret-looking text '.repeat(100);
    writeFileSync(path, text);
    expect(open).toThrow(/is not a database: restore it from a backup, or move it away/);
    expect(open).not.toThrow('secret-looking');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('is a damaged one', async () => {
    const table = open();
    for (let n = 0; n < 200; n += 1) await table.put('acme', `${n}`, { text: 'x'.repeat(2000) });
    table.close();
    const bytes = readFileSync(path);
    bytes.fill(7, 8192, bytes.length - 8192);
    writeFileSync(path, bytes);
    const damaged = async () => {
      const again = open();
      try {
        return await again.query('acme');
      } finally {
        again.close();
      }
    };
    await expect(damaged()).rejects.toMatchObject({
      code: 'store-malformed',
      message: expect.stringContaining('is damaged'),
    });
  });

  test.each([
    [`value = '{"secret'`],
    [`value = '["secret"]'`],
    [`bytes = '{"secret": 3}'`],
    [`bytes = '"secret"'`],
  ])('is one with a damaged row, of which nothing is repeated: %s', async (set) => {
    const table = open();
    await table.put('acme', 'a', {});
    const raw = new DatabaseSync(path);
    raw.exec(`UPDATE items SET ${set}`);
    raw.close();
    const error: unknown = await table.get('acme', 'a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'store-malformed',
      context: { connection: 'acme', item: 'a' },
    });
    expect(String(error)).not.toContain('secret');
    table.close();
  });

  test('is in a folder that does not exist, or is no file', () => {
    expect(() => openSqliteTable(join(folder, 'no', 'state.db'), now)).toThrow(
      expect.objectContaining({ code: 'store-absent' }),
    );
    expect(() => openSqliteTable(folder, now)).toThrow(
      expect.objectContaining({ code: 'store-denied' }),
    );
  });

  test.each([
    [0x6969, 'NFS'],
    [0xff_53_4d_42, 'CIFS'],
    [0xff_53_4d_42 | 0, 'CIFS'],
    [0x51_7b, 'SMB'],
    [0xfe_53_4d_42, 'SMB2'],
    [0x01_02_19_97, '9p'],
    [0xef_53, undefined],
    [0x01_02_19_94, undefined],
    [0x79_4c_76_30, undefined],
  ])('is on a network: file system %i is %s', (type, name) => {
    expect(networkFileSystem(type)).toBe(name);
  });
});

/** A file system of its own, where the tests may make one. */
function mounted(options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const unmount = () => execFileSync('umount', [folder]);

describe('A disk', () => {
  test('that is full is said, nothing is half written, and what was stored stays', async () => {
    if (!mounted('size=1m')) return;
    try {
      const table = openSqliteTable(path, now);
      const text = 'x'.repeat(50_000);
      let stored = 0;
      const fill = async () => {
        for (; stored < 100; stored += 1) await table.put('acme', `${stored}`, { text }, 0);
      };
      await expect(fill()).rejects.toMatchObject({
        code: 'store-failed',
        message: expect.stringContaining('the disk is full: nothing was written'),
      });
      expect(stored).toBeGreaterThan(2);
      expect(await table.query('acme')).toHaveLength(stored);
      table.close();
      const again = openSqliteTable(path, now);
      expect(await again.query('acme')).toHaveLength(stored);
      again.close();
    } finally {
      unmount();
    }
  });

  test('that is full has a name of its own', () => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE t (v TEXT); PRAGMA max_page_count = 1');
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    const fill = () => {
      try {
        for (;;) insert.run('x'.repeat(5000));
      } catch (error) {
        throw sqliteError(error, 'write', path);
      }
    };
    expect(fill).toThrow(/the disk is full: nothing was written \(SQLite error 13\)/);
    database.close();
  });

  test('or a file that is read-only is said', async () => {
    const isMounted = mounted('size=4m');
    try {
      const table = openSqliteTable(path, now);
      await table.put('acme', 'a', {});
      table.close();
      if (isMounted) execFileSync('mount', ['-o', 'remount,ro', folder]);
      else for (const one of [path, folder]) chmodSync(one, 0o500);
      expect(() => openSqliteTable(path, now)).toThrow(
        expect.objectContaining({
          code: 'store-denied',
          message: expect.stringMatching(/read-only|exists and is writable/),
        }),
      );
      expect(existsSync(path)).toBe(true);
    } finally {
      if (isMounted) unmount();
      else chmodSync(folder, 0o700);
    }
  });
});
