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

/**
 * Milliseconds until unattended passes try again what was turned down `attempts` times in a row: an hour, doubling to a
 * day. A person, a new declaration, secret or sign-in does not wait.
 */
export function stoppedMs(attempts: number): number {
  return Math.min(24 * hour, hour * 2 ** Math.min(attempts - 1, 10));
}
