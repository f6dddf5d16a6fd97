import { systemClock } from '../../lib/wiring.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** Real time plus what a test adds to it. No test waits for a repetition, nor for the renewal of a lease. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** What is as long is the renewal of a lease, or a limit: it is waited for, which no test does. */
const longMs = 10_000;
/** What is shorter comes before something is asked or sent again, and is over so soon. */
const shortMs = 2;

export function testClock(): TestClock {
  let offset = 0;
  return {
    now: () => systemClock.now() + offset,
    sleep: (ms, signal) => systemClock.sleep(ms < longMs ? Math.min(ms, shortMs) : ms, signal),
    advance: (ms) => {
      offset += ms;
    },
  };
}
