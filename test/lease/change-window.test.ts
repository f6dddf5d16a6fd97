import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  changedInWindow,
  countInWindow,
  currentWindow,
  isInWindow,
  uncountInWindow,
} from '../../lib/lease/change-window.ts';
import type { ChangeBucket } from '../../lib/lease/lease-item.ts';

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.parse('2026-11-22T12:00:00.000Z');
const iso = (at: number) => new Date(at).toISOString();

describe('the window of the guard', () => {
  test('counts for an hour, to the millisecond', () => {
    const window = countInWindow([], noon, 3);
    expect(changedInWindow(window, noon + hour - 1)).toBe(3);
    expect(changedInWindow(window, noon + hour)).toBe(0);
    expect(isInWindow(iso(noon), noon + hour - 1)).toBe(true);
    expect(isInWindow(iso(noon), noon + hour)).toBe(false);
    expect(isInWindow(undefined, noon)).toBe(false);
  });

  test('forgets a bucket only when its last server is an hour ago', () => {
    const window = countInWindow(countInWindow([], noon, 1), noon + 4 * minute, 1);
    expect(window).toEqual([{ from: iso(noon), to: iso(noon + 4 * minute), changed: 2 }]);
    expect(changedInWindow(window, noon + hour + minute)).toBe(2);
    expect(changedInWindow(window, noon + hour + 4 * minute)).toBe(0);
  });

  test('takes out one that was counted before, and no other', () => {
    const window = countInWindow(countInWindow([], noon, 2), noon + 10 * minute, 1);
    expect(changedInWindow(uncountInWindow(window, iso(noon)), noon + 10 * minute)).toBe(2);
    expect(uncountInWindow(window, iso(noon + 10 * minute))).toEqual(window.slice(0, 1));
    expect(uncountInWindow(window, iso(noon + minute))).toEqual(window);
  });

  test('never says fewer than there were within the hour, and stays small', () => {
    const counts = fc.array(fc.record({ after: fc.nat(20 * minute), servers: fc.nat(5) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(counts, (all) => {
        let window: readonly ChangeBucket[] = [];
        let now = noon;
        const counted: { at: number; servers: number }[] = [];
        for (const { after, servers } of all) {
          now += after;
          counted.push({ at: now, servers });
          window = countInWindow(currentWindow(window, now), now, servers);
          const sum = (since: number) =>
            counted.reduce((total, one) => (one.at > since ? total + one.servers : total), 0);
          expect(changedInWindow(window, now)).toBeGreaterThanOrEqual(sum(now - hour));
          expect(changedInWindow(window, now)).toBeLessThanOrEqual(sum(now - hour - 5 * minute));
          expect(window.length).toBeLessThanOrEqual(14);
        }
      }),
    );
  });
});
