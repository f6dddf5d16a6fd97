import { systemClock } from '../../lib/wiring.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** Real time plus what a test adds to it; waiting is real. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(): TestClock {
  let offset = 0;
  return {
    now: () => systemClock.now() + offset,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    advance: (ms) => {
      offset += ms;
    },
  };
}
