import { describe, expect, test } from '@jest/globals';
import { backoffMs, stoppedMs } from '../../lib/model/backoff.ts';
import { hour, minute } from '../plan/support/builders.ts';

describe('backoff', () => {
  test.each([
    [1, minute],
    [2, 2 * minute],
    [3, 4 * minute],
    [6, 32 * minute],
    [7, hour],
    [1000, hour],
  ])('after %d failures is at most %d ms, and at least half of it', (attempts, full) => {
    expect(backoffMs(attempts, 0)).toBe(full);
    expect(backoffMs(attempts, 0.5)).toBe(full * 0.75);
    expect(backoffMs(attempts, 0.999_999)).toBeGreaterThanOrEqual(full / 2);
  });

  test('is never before the vendor’s own word, nor shortened by it', () => {
    expect(backoffMs(1, 0, 3 * hour)).toBe(3 * hour);
    expect(backoffMs(3, 0, 1000)).toBe(4 * minute);
  });
});

test.each([
  [1, 1],
  [2, 2],
  [5, 16],
  [6, 24],
  [1000, 24],
])('what was turned down %d times waits for %d hours', (attempts, hours) => {
  expect(stoppedMs(attempts)).toBe(hours * hour);
});
