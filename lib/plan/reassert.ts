import { createHash } from 'node:crypto';

/** At most so many servers are re-asserted in one pass; the longest unasserted first. */
export const reassertCap = 20;

/** A number from 0 to 1 that stays the same for an id, and spreads over ids. */
export function spread(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * Whether a field that was last sent at `at` is to be sent again. Each server has an interval of its own, from half of
 * `every` to all of it, so that a fleet which was adopted in one pass is not re-asserted in one, and `every` bounds how
 * long a lost write can stay unnoticed. All times in milliseconds.
 */
export function reassertDue(id: string, every: number, at: number, now: number): boolean {
  return now - at >= every * (1 - spread(id) / 2);
}
