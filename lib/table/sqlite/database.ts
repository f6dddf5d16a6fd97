import { closeSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeProblem, type StoreErrorCode } from '../store-errors.ts';
import { sqliteError } from './sqlite-errors.ts';

/** Increased when the schema of the file changes; a file with a higher version was written by a newer Trueup. */
const version = 1;
/** Milliseconds to wait for another process's write. */
const busyTimeoutMs = 5000;

const schema = `
  CREATE TABLE IF NOT EXISTS items (
    partition TEXT NOT NULL,
    key TEXT NOT NULL,
    rev INTEGER NOT NULL,
    value TEXT NOT NULL,
    bytes TEXT,
    ttl INTEGER,
    PRIMARY KEY (partition, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS expiry ON items (ttl) WHERE ttl IS NOT NULL;
  PRAGMA user_version = ${version};`;

/** By `statfs` type. On these file systems, locks and shared memory do not work between machines. */
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021997: '9p',
  0x00c36400: 'Ceph',
  0x0bd00bd0: 'Lustre',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x73757245: 'Coda',
  0x564c: 'NCP',
};

/** The name of a network file system by type; undefined for other types. */
export function networkFileSystem(type: number): string | undefined {
  // Some systems give the type as a signed number.
  return networkFileSystems[type >>> 0];
}

/**
 * Opens or creates the file, accessible only by its owner. Uses the write-ahead log and syncs each commit.
 *
 * @param path - a file in a folder that exists, or `:memory:`
 * @throws StoreError
 */
export function openDatabase(path: string): DatabaseSync {
  const at = { call: 'SQLite open', store: path };
  let database: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') prepareFile(path);
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    const found = numberOf(database, 'user_version');
    if (found > version) {
      const problem = `it was written by a newer version of Trueup (schema ${found}, this one supports ${version}): use that version`;
      throw storeProblem('store-malformed', at, problem);
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    if (found < version) database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return database;
  } catch (error) {
    database?.close();
    throw fileError(sqliteError(error, 'open', path), path);
  }
}

/** Creates the file before SQLite does, which would make it readable by other users. */
function prepareFile(path: string): void {
  const network = networkFileSystem(statfsSync(dirname(path)).type);
  if (network !== undefined) {
    const problem = `it is on a network file system (${network}), where two machines could write at once: use a folder on a local disk`;
    throw storeProblem('store-failed', { call: 'SQLite open', store: path }, problem);
  }
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (Object(error).code !== 'EEXIST') throw error;
  }
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

/** An error of the file system, such as a folder that does not exist. */
function fileError(error: unknown, path: string): unknown {
  const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown };
  if (typeof syscall !== 'string') return error;
  const kinds: Readonly<Record<string, StoreErrorCode>> = {
    ENOENT: 'store-absent',
    EACCES: 'store-denied',
    EPERM: 'store-denied',
    EROFS: 'store-denied',
  };
  const kind = kinds[String(code)] ?? 'store-failed';
  return storeProblem(kind, { call: 'SQLite open', store: path }, String(code));
}
