import { expect, test } from '@jest/globals';
import { capped, cappedChange, firstThatFits } from '../../lib/plan/shown-values.ts';

test('a long value becomes its beginning and its length, other values stay', () => {
  const value = { kind: 'value', value: 'x'.repeat(10) } as const;
  const short = { kind: 'value', value: '"xxx… (12 characters)' };
  expect(capped(value, 12)).toBe(value);
  expect(capped(value, 4)).toEqual(short);
  expect(capped({ kind: 'absent' }, 0)).toEqual({ kind: 'absent' });
  expect(cappedChange({ before: value, after: { kind: 'unreadable' }, more: 1 }, 4)).toEqual({
    before: short,
    after: { kind: 'unreadable' },
    more: 1,
  });
});

test('the first form that fits is taken, or the last', () => {
  const form = (limit: number) => 'x'.repeat(limit);
  const lengthOf = (maximum: number) =>
    firstThatFits([9, 5, 1], form, (text) => text.length, maximum).length;
  expect([10, 9, 8, 4, 0].map(lengthOf)).toEqual([9, 9, 5, 1, 1]);
});
