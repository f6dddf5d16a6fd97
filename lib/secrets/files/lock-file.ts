import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteError } from '../../table/sqlite/sqlite-errors.ts';
import { makeFolder } from './atomic-file.ts';

/**
 * Runs synchronous `work` while holding a lock that other processes use by the same path. It is SQLite's lock on an
 * empty file that is never removed; the system releases it when the process ends in any way.
 *
 * @param timeoutMs - how long to wait for another process; blocks the event loop
 * @throws StoreError (`store-busy`) if another process still has the lock, and what `work` throws
 */
export function withLock<T>(path: string, work: () => T, timeoutMs = 5000): T {
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(dirname(path));
    lock = new DatabaseSync(path, { timeout: timeoutMs });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw sqliteError(error, 'lock', path);
  }
  try {
    return work();
  } finally {
    lock.close();
  }
}
