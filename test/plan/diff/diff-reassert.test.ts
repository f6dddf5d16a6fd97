import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reassertDue, spread } from '../../../lib/plan/diff/diff.ts';
import { hour, now } from '../support/builders.ts';

const every = 24 * hour;
const ids = Array.from({ length: 1000 }, (_, index) => `server-${index}`);

describe('re-assertion', () => {
  test('comes between half of the interval and all of it, and stays due', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 2 * every }), (id, age) => {
        const due = reassertDue(id, every, now - age, now);
        if (age >= every) expect(due).toBe(true);
        if (age < every / 2) expect(due).toBe(false);
        if (due) expect(reassertDue(id, every, now - age, now + 1)).toBe(true);
      }),
    );
  });

  test('of a fleet that was adopted in one pass is spread over half of the interval', () => {
    const dueIn = (share: number) =>
      ids.filter((id) => reassertDue(id, every, now, now + share * every)).length;
    const tenths = Array.from(
      { length: 10 },
      (_, index) => dueIn(0.55 + index * 0.05) - dueIn(0.5 + index * 0.05),
    );
    expect(tenths.reduce((a, b) => a + b)).toBe(ids.length);
    expect(Math.max(...tenths)).toBeLessThan(150);
  });

  test('is spread by the id alone', () => {
    const shares = ids.map(spread);
    expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
    expect(shares).toEqual(ids.map(spread));
    expect(new Set(shares).size).toBe(ids.length);
  });
});
