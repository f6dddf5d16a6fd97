import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** A clock that goes `factor` times as fast as real time, so that backoffs of minutes are over in seconds. */
export function scaledClock(factor: number): Clock & { readonly advance: (ms: number) => void } {
  const start = Date.now();
  let ahead = 0;
  return {
    now: () => Math.floor(start + (Date.now() - start) * factor + ahead),
    advance: (ms) => {
      ahead += ms;
    },
    sleep: async (ms, signal) => {
      await sleep(ms / factor, undefined, signal && { signal }).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
    },
  };
}
