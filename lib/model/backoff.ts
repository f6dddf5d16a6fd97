const minute = 60_000;
const hour = 60 * minute;

/**
 * Milliseconds until the next attempt after `attempts` failures in a row: one minute, doubling to an hour, less up to
 * half of it at random, and never before the vendor's own `Retry-After`.
 *
 * @param random - from 0 to 1, 1 excluded
 */
export function backoffMs(attempts: number, random: number, retryAfterMs = 0): number {
  const full = Math.min(hour, minute * 2 ** Math.min(attempts - 1, 10));
  return Math.max(Math.round(full * (1 - random / 2)), retryAfterMs);
}

/** How long a conflict (409) waits: a name may have been handed on. */
export const conflictRetryMs = hour;
