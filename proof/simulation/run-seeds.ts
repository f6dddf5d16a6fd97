import { Worker } from 'node:worker_threads';
import { Totals } from './totals.ts';
import type { SeedResult } from './totals.ts';

interface SeedsOptions {
  /** The first seed, or the only regression. */
  readonly from: number | string;
  readonly count: number;
  /** Seeds that are run, and counted; all by default. */
  readonly fits?: (seed: number) => boolean;
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
  fits = () => true,
  workers,
  mutation,
  seen,
}: SeedsOptions): Promise<Totals> {
  const totals = new Totals();
  let left = count;
  let at = from;
  /** The next seed, or the only regression; undefined once all were given. */
  const taken = (): number | string | undefined => {
    if (left === 0) return undefined;
    left -= 1;
    if (typeof at === 'string') return at;
    while (!fits(at)) at += 1;
    at += 1;
    return at - 1;
  };
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: mutation === undefined ? {} : { mutation },
      });
      const give = () => {
        const next = taken();
        if (next !== undefined) {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
          worker.postMessage(next);
        } else {
          void worker.terminate().then(() => resolve(), reject);
        }
      };
      worker.on('error', reject);
      worker.on('message', (result: SeedResult) => {
        totals.add(result);
        if (seen?.(totals) === false) left = 0;
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(workers, count) }, one));
  return totals;
}
