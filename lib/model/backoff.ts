const minute = 60_000;
const hour = 60 * minute;

/**
 * Milliseconds until the next attempt after `attempts` failures in a row: one minute, doubling up to an hour, minus a
 * random share of at most half, and never sooner than the vendor's `Retry-After`.
 *
 * @param random - from 0 to 1, 1 excluded
 */
export function backoffMs(attempts: number, random: number, retryAfterMs = 0): number {
  const full = Math.min(hour, minute * 2 ** Math.min(attempts - 1, 10));
  return Math.max(Math.round(full * (1 - random / 2)), retryAfterMs);
}

/**
 * Milliseconds until unattended passes retry what was rejected `attempts` times in a row: an hour, doubling up to a
 * day. A user's command and a changed declaration, secret or sign-in are tried at once.
 */
export function stoppedMs(attempts: number): number {
  return Math.min(24 * hour, hour * 2 ** Math.min(attempts - 1, 10));
}
