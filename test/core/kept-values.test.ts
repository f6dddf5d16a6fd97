import { describe, expect, test } from '@jest/globals';
import { isInForce, isTexts, isTime } from '../../lib/core/kept-values.ts';

describe('a value of the ledger', () => {
  test.each([
    ['100000%', false],
    ['tomorrow', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-11-22', false],
    ['2026-11-22T12:00:00.000Z', true],
  ])('%s is a time: %s', (text, is) => {
    expect(isTime(text)).toBe(is);
  });

  test('an approval holds for its life, and not from far ahead', () => {
    const at = '2026-11-22T12:00:00.000Z';
    const made = Date.parse(at);
    expect([made - 31_000, made, made + 999].map((now) => isInForce(at, 60_000, now))).toEqual([
      true,
      true,
      true,
    ]);
    expect([made + 60_000, made - 60_000].some((now) => isInForce(at, 60_000, now))).toBe(false);
    expect(isInForce('100000%', 60_000, made)).toBe(false);
    expect(isInForce(undefined, 60_000, made)).toBe(false);
  });

  test('texts are nothing else', () => {
    expect(isTexts(['a'])).toBe(true);
    expect(isTexts(['a', { toString: '' }])).toBe(false);
    expect(isTexts('a')).toBe(false);
  });
});
