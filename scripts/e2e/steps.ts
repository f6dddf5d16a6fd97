import { setTimeout as sleep } from 'node:timers/promises';

/** The results of the run, in the order of its lines. */
export interface Steps {
  /** Runs a step; an error that it throws is the step's failure. @returns whether it succeeded */
  readonly step: (name: string, work: () => Promise<void> | void) => Promise<boolean>;
  /** Reports what is not tried here, and why. */
  readonly skip: (name: string, why: string) => void;
  readonly failures: () => number;
  readonly summary: () => string;
}

/** @param stop - once it is aborted, no step is begun, and errors do not count as failures */
export function steps(say: (line: string) => void, stop: AbortSignal): Steps {
  const count = { ok: 0, failed: 0, skipped: 0 };
  return {
    step: async (name, work) => {
      stop.throwIfAborted();
      const begin = performance.now();
      try {
        await work();
        count.ok += 1;
        say(`ok      ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
        return true;
      } catch (error) {
        stop.throwIfAborted();
        count.failed += 1;
        say(`FAILED  ${name}\n        ${error instanceof Error ? error.message : String(error)}`);
        return false;
      }
    },
    skip: (name, why) => {
      count.skipped += 1;
      say(`skipped ${name}: ${why}`);
    },
    failures: () => count.failed,
    summary: () => `${count.ok} ok, ${count.failed} failed, ${count.skipped} skipped`,
  };
}

/** Waits until the condition holds. @throws Error with what was seen last */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let last = '';
  while (performance.now() < end) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- until it is so
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = ` (${error instanceof Error ? error.message : 'no error'})`;
    }
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(200);
  }
  throw new Error(`not within ${seconds} s: ${what}${last}`);
}

export function check(fits: boolean, what: string): asserts fits {
  if (!fits) throw new Error(`not so: ${what}`);
}
