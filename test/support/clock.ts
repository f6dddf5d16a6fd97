import { systemClock } from '../../lib/wiring.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** Real time plus what a test adds to it. No test waits for a repetition, nor for the renewal of a lease. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** From now on a short wait takes as long on the clock as it says: for waits on a budget, which are of so long a time, not of so many waits. */
  passInSleep(): void;
}

/** What is as long is the renewal of a lease, or a limit: it is waited for, which no test does. */
const longMs = 10_000;
/** What is shorter comes before something is asked or sent again, and is over so soon. */
const shortMs = 2;

export function testClock(): TestClock {
  let offset = 0;
  let passesInSleep = false;
  const now = () => systemClock.now() + offset;
  return {
    now,
    sleep: async (ms, signal) => {
      if (ms >= longMs) return systemClock.sleep(ms, signal);
      const until = now() + ms;
      await systemClock.sleep(Math.min(ms, shortMs), signal);
      if (passesInSleep && signal?.aborted !== true) offset += Math.max(0, until - now());
    },
    advance: (ms) => {
      offset += ms;
    },
    passInSleep: () => {
      passesInSleep = true;
    },
  };
}
