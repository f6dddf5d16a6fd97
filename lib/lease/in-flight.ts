import type { Clock, Log } from '../model/runtime.types.ts';
import type { LeaseItem } from './lease-item.ts';
import type { Lease } from './lease.ts';

/** Longer than a command lives that has read before. */
const latelyMs = 60 * 60_000;

/** Whether an owner has ended in the middle so lately that what a command read before it got the lease may be stale. */
export function endedLately(
  { endedAt, hasEnded = false }: Pick<LeaseItem, 'endedAt' | 'hasEnded'>,
  now: number,
): boolean {
  return hasEnded || (endedAt !== undefined && now - endedAt < latelyMs);
}

/**
 * Waits until what an earlier owner sent has ended, if that one ended in the middle and its lease was acquired at once: a request of
 * its own may still be on its way to the gateway. Before what is read now, it has come to pass or never will.
 *
 * @param attemptMs - the longest that a request at this gateway may take
 */
export async function inFlightEnded(
  { connection, endedAt }: Lease,
  attemptMs: number,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  stop?: AbortSignal,
): Promise<void> {
  const waitMs = endedAt === undefined ? 0 : endedAt + attemptMs - clock.now();
  if (waitMs <= 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  log.warn(
    `${connection}: the process that had the lease has ended; waiting ${seconds} s, until its last request must have ended`,
  );
  await clock.sleep(waitMs, stop);
}
