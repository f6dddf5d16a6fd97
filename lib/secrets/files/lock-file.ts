import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteError } from '../../table/sqlite/sqlite-errors.ts';
import { makeFolder } from './atomic-file.ts';

/**
 * Runs synchronous `work` while no other process runs work under the same path. The lock is SQLite's, on an empty file that
 * stays: the system frees it when a process ends, however it ends.
 *
 * @param timeoutMs - how long to wait for another process; it waits in one turn of the event loop
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
