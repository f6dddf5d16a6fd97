import { storeProblem, type StoreErrorCode } from '../store-errors.ts';
import { StoreError } from '../../model/errors/store-error.ts';

/** Meaning of SQLite's result codes, with what to do. */
const meanings: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  3: ['store-denied', 'access was denied'],
  5: ['store-busy', 'another process kept it locked'],
  6: ['store-busy', 'another process kept it locked'],
  8: ['store-denied', 'it is read-only: make it and its folder writable'],
  10: ['store-failed', 'the disk could not be read or written'],
  11: ['store-malformed', 'it is damaged: restore it from a backup, or move it away'],
  13: ['store-failed', 'the disk is full: nothing was written'],
  14: ['store-denied', 'it cannot be opened: check that its folder exists and is writable'],
  18: ['store-too-large', 'the item is too large'],
  26: ['store-malformed', 'it is not a database: restore it from a backup, or move it away'],
};

/** An error of SQLite as a `StoreError` without values. Other errors are bugs and are returned unchanged. */
export function sqliteError(error: unknown, call: string, path: string): unknown {
  if (error instanceof StoreError) return error;
  const at = { call: `SQLite ${call}`, store: path };
  const code: unknown = Object(error).errcode;
  if (typeof code !== 'number') return error;
  // The low byte is the kind; the others are details.
  const [kind, problem] = meanings[code & 0xff] ?? ['store-failed', 'it could not be used'];
  return storeProblem(kind, at, `${problem} (SQLite error ${code})`);
}
