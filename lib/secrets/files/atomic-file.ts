import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole: a crash leaves the old or the new one. One writer at a time, by a lock. For its owner
 * only.
 */
export function replaceFile(path: string, text: string): void {
  makeFolder(dirname(path));
  const draft = `${path}.new`;
  // A new file, whatever is there: one that another user made could be read by them.
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeAll(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Makes a folder and those above it, for their owner only. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes all of a text, where one call may write only a part. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

/** Makes a rename outlive a loss of power, where the system can. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Not on every system; the rename itself is whole all the same.
  }
}
