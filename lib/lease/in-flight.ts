import type { Clock, Log } from '../model/runtime.types.ts';
import type { LeaseItem } from './lease-item.ts';
import type { Lease } from './lease.ts';

/** Longer than any command runs after it has read. */
const latelyMs = 60 * 60_000;

/** Whether an owner died so recently that what a command read before it got the lease may be out of date. */
export function endedLately(
  { endedAt, hasEnded = false }: Pick<LeaseItem, 'endedAt' | 'hasEnded'>,
  now: number,
): boolean {
  return hasEnded || (endedAt !== undefined && now - endedAt < latelyMs);
}

/**
 * If the previous owner died and its lease was acquired before it expired, waits until its requests have ended: one may
 * still be on its way to the gateway, and must take effect before anything is read.
 *
 * @param attemptMs - the maximum time of a request at this gateway
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
