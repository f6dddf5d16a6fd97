import type { Budget } from '../model/desired.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { VendorError } from '../model/errors/vendor-error.ts';
import { minuteMs, readersShare } from './budget.ts';
import type { Gate, UnderLease } from './pass-gate.ts';

/**
 * The gate of a read-only command, which has no lease. A tenth of the budget is reserved for it, and may be used at
 * once: 30 requests of 300 per minute, or 8 of 80, which is enough to plan thousands of servers without waiting. Passes
 * and one such command stay within the limit together. Two commands at the same time may get a 429, and wait.
 *
 * @param underLease - takes the lease to exchange a refresh token; absent: only a pass exchanges it
 */
export function readOnlyGate(
  budget: Pick<Budget, 'requestsPerMinute'>,
  clock: Clock,
  underLease: UnderLease = async () => needsLease(),
): Gate {
  const share = readersShare(budget);
  /** Times of the latest admitted requests, oldest first. */
  const admitted: number[] = [];
  let line: Promise<void> = Promise.resolve();

  async function take(signal: AbortSignal): Promise<void> {
    while (admitted.length >= share && !signal.aborted) {
      const waitMs = (admitted[0] ?? 0) + minuteMs - clock.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      else admitted.shift();
    }
    admitted.push(clock.now());
  }

  return {
    admit: (signal) => {
      const turn = line.then(() => take(signal));
      line = turn.catch(() => undefined);
      return turn;
    },
    assertMay: needsLease,
    underLease,
  };
}

function needsLease(): never {
  throw new VendorError(
    'token',
    'token',
    'the access token has expired, and only a pass with the lease may exchange the refresh token; the next pass does',
    { context: { needsLease: true } },
  );
}
