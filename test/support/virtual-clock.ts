import type { Clock } from '../../lib/model/runtime.types.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only while somebody sleeps: from one waking to the next, all of them in order. */
export interface VirtualTime {
  /** The vendor's clock, and everybody's whose clock is right. */
  readonly clock: Clock;
  /** A clock that is `ms` ahead; behind, if negative. */
  readonly ahead: (ms: number) => Clock;
  /** Resolves with what `work` does, while time passes. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

/**
 * @param settle - resolves once nothing more happens without time passing; real input and output takes real time
 */
export function virtualTime(start: number, settle: () => Promise<void>): VirtualTime {
  let now = start;
  let sleepers: Sleeper[] = [];

  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        sleepers = sleepers.filter((one) => one !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });

  const clock: Clock = { now: () => now, sleep };
  return {
    clock,
    ahead: (ms) => ({ now: () => now + ms, sleep }),
    run: async (work) => {
      let isOver = false;
      const ending = work.finally(() => (isOver = true));
      ending.catch(() => undefined);
      for (;;) {
        await settle();
        if (isOver) return ending;
        const [next] = sleepers.toSorted((a, b) => a.at - b.at);
        if (!next) continue;
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}
