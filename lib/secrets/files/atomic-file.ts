import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, fileProblem } from '../../model/file-problem.ts';

/*
 * Files of the state folder. All of it is synchronous: a critical section runs in one turn of the event loop, so that a
 * process never contends with itself for a lock.
 */

/** The file's text; undefined if there is none. */
export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws StoreError if there is a file and it is no JSON */
export function readJson(path: string): unknown {
  const text = readFileIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // what JSON.parse says repeats its input
    throw fileProblem('store-malformed', path, 'is damaged: it is no JSON');
  }
}

/**
 * Replaces a file as a whole: a crash leaves the old or the new one. One writer at a time, by a lock. For its owner
 * only.
 */
export function replaceFile(path: string, text: string): void {
  makeFolder(dirname(path));
  const draft = `${path}.new`;
  // a new file, whatever stands there: one that somebody else made could be read by them
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

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** Makes a folder and those above it, for their owner only. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Names of the JSON files in a folder; none if there is no folder. */
export function jsonFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Writes all of a text, where one call may write only a part. */
export function writeAll(file: number, text: string): void {
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
    // not on every system: the rename itself is whole all the same
  }
}
