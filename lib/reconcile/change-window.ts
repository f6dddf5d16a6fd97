import type { ChangeBucket } from './ports/lease-items.ts';

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

/** Servers changed in the last hour, as finely as the buckets tell. */
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

/** Whether a server that was counted at `countedAt` (ISO 8601) is still in the window. */
export function isInWindow(countedAt: string | undefined, now: number): boolean {
  return countedAt !== undefined && startOf(Date.parse(countedAt)) >= startOf(now - 11 * bucketMs);
}
