import type { ChangeBucket } from './lease-item.ts';

const hourMs = 60 * 60_000;
/** Counts within this time share a bucket, so that the item stays small. */
const bucketMs = 5 * 60_000;

const timeOf = (ms: number) => new Date(ms).toISOString();

/** The buckets with a count that is less than an hour old at `now`. */
export function currentWindow(
  window: readonly ChangeBucket[],
  now: number,
): readonly ChangeBucket[] {
  return window.filter(({ to }) => isInWindow(to, now));
}

/** Servers changed in the last hour. Never too few; at most five minutes' worth too many. */
export function changedInWindow(window: readonly ChangeBucket[], now: number): number {
  return currentWindow(window, now).reduce((sum, { changed }) => sum + changed, 0);
}

/**
 * The window with more servers counted.
 *
 * @param at - milliseconds since the epoch; may be in the future, and the servers count until an hour after it
 */
export function countInWindow(
  window: readonly ChangeBucket[],
  at: number,
  servers: number,
): readonly ChangeBucket[] {
  if (servers === 0) return window;
  const joined = window.find(({ from }) => Math.abs(at - Date.parse(from)) < bucketMs);
  const { from, to, changed } = joined ?? { from: timeOf(at), to: timeOf(at), changed: 0 };
  const bucket = {
    from: timeOf(Math.min(at, Date.parse(from))),
    to: timeOf(Math.max(at, Date.parse(to))),
    changed: changed + servers,
  };
  return [...window.filter((one) => one !== joined), bucket];
}

/** The window without one server that was counted at `countedAt`, ISO 8601. */
export function uncountInWindow(
  window: readonly ChangeBucket[],
  countedAt: string,
): readonly ChangeBucket[] {
  const bucket = window.find(({ from, to }) => from <= countedAt && countedAt <= to);
  if (!bucket) return window;
  const changed = bucket.changed - 1;
  const others = window.filter((one) => one !== bucket);
  return changed > 0 ? [...others, { ...bucket, changed }] : others;
}

/** Whether a server that was counted at `countedAt` (ISO 8601) is still in the window. */
export function isInWindow(countedAt: string | undefined, now: number): boolean {
  return countedAt !== undefined && Date.parse(countedAt) > now - hourMs;
}
