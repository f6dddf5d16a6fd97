import type { ChangeBucket } from './lease-item.ts';

const bucketMs = 5 * 60_000;
const buckets = 12;

function startOf(time: number): string {
  return new Date(Math.floor(time / bucketMs) * bucketMs).toISOString();
}

/** The buckets that still count at `now`. */
export function currentWindow(
  window: readonly ChangeBucket[],
  now: number,
): readonly ChangeBucket[] {
  const oldest = startOf(now - (buckets - 1) * bucketMs);
  return window.filter(({ start }) => start >= oldest);
}

/** Servers changed in the last hour, as finely as the buckets count. */
export function changedInWindow(window: readonly ChangeBucket[], now: number): number {
  return currentWindow(window, now).reduce((sum, { changed }) => sum + changed, 0);
}

/** The window with one more server changed at `now`. */
export function countInWindow(
  window: readonly ChangeBucket[],
  now: number,
): readonly ChangeBucket[] {
  const start = startOf(now);
  const others = currentWindow(window, now).filter((bucket) => bucket.start !== start);
  const before = window.find((bucket) => bucket.start === start)?.changed ?? 0;
  return [...others, { start, changed: before + 1 }];
}

/**
 * The window with all that server items know of it: who counted them may have ended before it could save the window.
 *
 * @param countedAt - when servers were counted last, ISO 8601; of some or all of the connection's
 */
export function recounted(
  window: readonly ChangeBucket[],
  countedAt: Iterable<string | undefined>,
  now: number,
): readonly ChangeBucket[] {
  const counts = new Map<string, number>();
  for (const at of countedAt) {
    if (at === undefined || !isInWindow(at, now)) continue;
    const start = startOf(Date.parse(at));
    counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  const known = new Map(window.map(({ start, changed }) => [start, changed]));
  const lacking = [...counts].filter(([start, changed]) => changed > (known.get(start) ?? 0));
  if (lacking.length === 0) return window;
  const starts = new Map([...known, ...lacking]);
  return [...starts].map(([start, changed]) => ({ start, changed }));
}

/** Whether a server that was counted at `countedAt` (ISO 8601) is still in the window. */
export function isInWindow(countedAt: string | undefined, now: number): boolean {
  return countedAt !== undefined && startOf(Date.parse(countedAt)) >= startOf(now - 11 * bucketMs);
}
