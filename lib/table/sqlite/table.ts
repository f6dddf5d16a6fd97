import { isJsonObject } from '../../model/json/json.ts';
import { storeProblem } from '../store-errors.ts';
import { nextRevision } from '../table.ts';
import type { Item, ItemValue, KeyRange, Table } from '../table.ts';
import { openDatabase } from './database.ts';
import { sqliteError } from './sqlite-errors.ts';

/** A `Table` in an SQLite file. */
export interface SqliteTable extends Table {
  /** Closes the file. Later calls fail. */
  close(): void;
}

interface Row {
  readonly partition: string;
  readonly key: string;
  readonly rev: number;
  readonly value: string;
  readonly bytes: string | null;
}

const columns = 'partition, key, rev, value, bytes';

/**
 * `Table` in an SQLite file, or in memory for `:memory:`. Any number of processes may use it; each call is one
 * statement, which is durable when it returns.
 *
 * @param now - milliseconds since the epoch: items whose `ttl` has passed are deleted now
 * @throws StoreError
 */
export function openSqliteTable(path: string, now: number): SqliteTable {
  const database = openDatabase(path);
  const guarded = <T>(call: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw sqliteError(error, call, path);
    }
  };
  const prepare = (sql: string) => guarded('open', () => database.prepare(sql));

  const all = prepare(`SELECT ${columns} FROM items WHERE partition = ? ORDER BY key`);
  const between = prepare(
    `SELECT ${columns} FROM items WHERE partition = ? AND key BETWEEN ? AND ? ORDER BY key`,
  );
  // UTF-8 has no byte FF, so this is after all keys with the prefix.
  const beginning = prepare(
    `SELECT ${columns} FROM items WHERE partition = ?1
       AND key >= ?2 AND key < CAST(?2 || x'FF' AS TEXT) ORDER BY key`,
  );
  const last = prepare(
    `SELECT ${columns} FROM items WHERE partition = ? AND key >= ? AND key < ?
       ORDER BY key DESC LIMIT ?`,
  );
  const one = prepare(`SELECT ${columns} FROM items WHERE partition = ? AND key = ?`);
  const many = prepare(
    `SELECT ${columns} FROM items WHERE partition = ?
       AND key IN (SELECT value FROM json_each(?))`,
  );
  const insert = prepare(
    `INSERT INTO items (partition, key, rev, value, bytes, ttl) VALUES (?1, ?2, ?6, ?3, ?4, ?5)
       ON CONFLICT DO NOTHING`,
  );
  const update = prepare(
    `UPDATE items SET rev = rev + 1, value = ?3, bytes = ?4, ttl = ?5
       WHERE partition = ?1 AND key = ?2 AND rev = ?6`,
  );
  const replace = prepare(
    `INSERT OR REPLACE INTO items (partition, key, rev, value, bytes, ttl) VALUES (?, ?, 0, ?, ?, ?)`,
  );
  const removeAny = prepare('DELETE FROM items WHERE partition = ? AND key = ?');
  const removeOne = prepare('DELETE FROM items WHERE partition = ? AND key = ? AND rev = ?');

  function item(row: unknown): Item {
    const { partition, key, rev, value, bytes } = row as Row;
    try {
      return { key, rev, value: objectIn(value), bytes: bytes === null ? {} : decoded(bytes) };
    } catch {
      // The message of JSON.parse repeats its input.
      const at = { call: 'SQLite read', store: path, connection: partition, item: key };
      throw storeProblem('store-malformed', at, 'it is damaged');
    }
  }

  const rowsOf = (partition: string, range: KeyRange | undefined) => {
    if (!range) return all.all(partition);
    if ('prefix' in range) return beginning.all(partition, range.prefix);
    return between.all(partition, range.from, range.to);
  };

  guarded('open', () =>
    database.prepare('DELETE FROM items WHERE ttl <= ?').run(Math.floor(now / 1000)),
  );

  return {
    name: path,
    query: async (partition, range) => guarded('read', () => rowsOf(partition, range).map(item)),
    lastPage: async (partition, { from, before }, limit) =>
      guarded('read', () => {
        const items = last.all(partition, from, before, limit).map(item);
        const first = items.at(-1);
        return { items, ...(first && items.length === limit && { before: first.key }) };
      }),
    getMany: async (partition, keys) =>
      guarded('read', () => many.all(partition, JSON.stringify(keys)).map(item)),
    get: async (partition, key) =>
      guarded('read', () => {
        const row = one.get(partition, key);
        return row && item(row);
      }),
    put: async (partition, key, value, rev) =>
      guarded('write', () => {
        const what = [partition, key, ...encoded(value)] as const;
        if (rev === undefined) return replace.run(...what).changes === 1;
        const { changes } =
          rev > 0 ? update.run(...what, rev) : insert.run(...what, nextRevision(rev));
        return changes === 1;
      }),
    remove: async (partition, key, rev) =>
      guarded('write', () => {
        if (rev === undefined) {
          removeAny.run(partition, key);
          return true;
        }
        return (
          removeOne.run(partition, key, rev).changes === 1 || one.get(partition, key) === undefined
        );
      }),
    close: () => guarded('close', () => database.close()),
  };
}

/** @returns the values of the columns `value`, `bytes` and `ttl` */
function encoded(value: ItemValue): readonly [string, string | null, number | null] {
  const plain: Record<string, unknown> = {};
  const bytes: Record<string, string> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member instanceof Uint8Array) bytes[name] = Buffer.from(member).toString('base64');
    else plain[name] = member;
  }
  const { ttl } = value;
  return [
    JSON.stringify(plain),
    Object.keys(bytes).length > 0 ? JSON.stringify(bytes) : null,
    typeof ttl === 'number' ? Math.floor(ttl) : null,
  ];
}

function decoded(text: string): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(objectIn(text)).map(([name, base64]) => {
      if (typeof base64 !== 'string') throw new TypeError('not bytes');
      return [name, Buffer.from(base64, 'base64')];
    }),
  );
}

function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new TypeError('not an object');
  return value;
}
