import { randomUUID } from 'node:crypto';
import { linkSync, writeFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject } from '../core/json.ts';
import { makeFolder, readFileIfThere, removeFile } from './atomic-file.ts';
import { codeOf, fileProblem } from './store-problem.ts';

/*
 * A lock between processes, held only while synchronous work runs.
 *
 * | moment                          | what keeps it right                                                       |
 * |---------------------------------|---------------------------------------------------------------------------|
 * | taking                          | link(2) of a finished file: it exists with its content, or not at all       |
 * | two in one process              | cannot meet: taking, work and release are one turn of the event loop        |
 * | the holder died                 | its process is gone, or is from before the system's start: lock is stale    |
 * | two find the same stale lock    | removing lock N needs the lock `<path>.N`: one of them at a time, who looks |
 * |                                 | again whether N still stands there; nobody removes a lock made since        |
 * | the remover died                | `<path>.N` is a lock like any other, and stale in its turn                  |
 */

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** No two locks have the same. */
  readonly id: string;
}

const unknownHolder: Holder = { pid: 0, host: '', at: 0, id: 'unknown' };
/** Clocks and uptime are not exact. */
const bootMarginMs = 5000;
const pollMs = 5;

/**
 * Runs synchronous `work` under the lock at `path`; waits for whoever has it.
 *
 * @throws StoreError with code `store-busy` after `timeoutMs`; it says whose the lock is and what to do
 */
export async function withLock<T>(path: string, work: () => T, timeoutMs = 30_000): Promise<T> {
  const start = performance.now();
  for (;;) {
    const holder = tryTake(path);
    if (!holder) {
      try {
        return work();
      } finally {
        removeFile(path);
      }
    }
    if (isStale(holder)) await removeStale(path, holder, timeoutMs);
    else if (performance.now() - start > timeoutMs) throw busy(path, holder);
    else await sleep(pollMs);
  }
}

/** @returns who has the lock; undefined if it is ours now */
function tryTake(path: string): Holder | undefined {
  const own = { pid: process.pid, host: hostname(), at: Date.now(), id: randomUUID() };
  // A name of its own: one that a crash left behind may be the lock itself.
  const draft = `${path}.${own.id}.draft`;
  makeFolder(dirname(path));
  for (;;) {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    try {
      linkSync(draft, path);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const text = readFileIfThere(path);
      if (text !== undefined) return holderOf(text);
      // released in between
    } finally {
      removeFile(draft);
    }
  }
}

async function removeStale(path: string, { id }: Holder, timeoutMs: number): Promise<void> {
  const remove = () => {
    const text = readFileIfThere(path);
    if (text !== undefined && holderOf(text).id === id) removeFile(path);
  };
  await withLock(`${path}.${id}`, remove, timeoutMs);
}

function holderOf(text: string): Holder {
  try {
    const found: unknown = JSON.parse(text);
    if (!isJsonObject(found)) return unknownHolder;
    const { pid, host, at, id } = found;
    const isWhole =
      Number.isSafeInteger(pid) &&
      typeof host === 'string' &&
      typeof at === 'number' &&
      typeof id === 'string' &&
      /^[0-9a-f-]{36}$/.test(id);
    return isWhole ? { pid: pid as number, host, at, id } : unknownHolder;
  } catch {
    return unknownHolder;
  }
}

/** Of another host nothing is known. A lock of this process's number is of an earlier process that had it. */
function isStale({ pid, host, at }: Holder): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid || at < Date.now() - uptime() * 1000 - bootMarginMs) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function busy(path: string, { pid, host, at }: Holder) {
  const who =
    pid === 0
      ? 'somebody unknown'
      : `process ${pid} on ${host} since ${new Date(at).toISOString()}`;
  const problem = `is locked by ${who}; if that is no trueup at work, remove the file`;
  return fileProblem('store-busy', path, problem, { pid, host });
}
