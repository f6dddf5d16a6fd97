import { Worker } from 'node:worker_threads';
import { Totals } from './totals.ts';
import type { SeedResult } from './totals.ts';

interface SeedsOptions {
  /** The first seed, or the only regression. */
  readonly from: number | string;
  readonly count: number;
  readonly workers: number;
  /** Name of what is broken on purpose. */
  readonly mutation?: string;
  /** Told after each seed; false ends the run early. */
  readonly seen?: (totals: Totals) => boolean;
}

/** Runs seeds on several threads: each has its own globals, and so its own time. */
export async function runSeeds({
  from,
  count,
  workers,
  mutation,
  seen,
}: SeedsOptions): Promise<Totals> {
  const totals = new Totals();
  const last = typeof from === 'number' ? from + count - 1 : from;
  let next: number | string | undefined = from;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: mutation === undefined ? {} : { mutation },
      });
      const give = () => {
        if (next !== undefined) {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
          worker.postMessage(next);
          next = typeof next === 'string' || next === last ? undefined : next + 1;
        } else {
          void worker.terminate().then(() => resolve(), reject);
        }
      };
      worker.on('error', reject);
      worker.on('message', (result: SeedResult) => {
        totals.add(result);
        if (seen?.(totals) === false) next = undefined;
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(workers, count) }, one));
  return totals;
}
