import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file atomically: after a crash there is the old or the new file. A lock allows one writer at a time. The
 * file is readable only by its owner.
 */
export function replaceFile(path: string, text: string): void {
  makeFolder(dirname(path));
  const draft = `${path}.new`;
  // Always a new file: an existing one that another user created could be read by them.
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

/** Creates a folder and its parents, accessible only by their owner. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a whole text, because one call may write only a part. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

/** Makes a rename durable, on systems that support it. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Not supported on every system; the rename is atomic anyway.
  }
}
