import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, readFileIfThere, writeAll } from './atomic-file.ts';

/** Bytes of one file of a log; there are two, so that twice as much is kept at most, and the last of it always. */
const fileMaximum = 10_000_000;

/** Appends a record as one line of JSON. Under a lock. The log goes on in a new file when this one is full. */
export function appendToLog(path: string, record: unknown, maximum = fileMaximum): void {
  makeFolder(dirname(path));
  const line = `${JSON.stringify(record)}\n`;
  let file = openSync(path, 'a+', 0o600);
  try {
    const { size } = fstatSync(file);
    if (size > 0 && size + line.length > maximum) {
      closeSync(file);
      renameSync(path, olderOf(path));
      file = openSync(path, 'a+', 0o600);
    }
    // a writer that died in the middle of a line loses that line only
    writeAll(file, endsInLine(file) ? line : `\n${line}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** All records, oldest first. A line that cannot be read is left out. */
export function readLog(path: string): unknown[] {
  const texts = [olderOf(path), path].map((one) => readFileIfThere(one) ?? '');
  return texts
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
}

const olderOf = (path: string) => `${path}.1`;

function endsInLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
