import { expect, test } from '@jest/globals';
import { isTime } from '../../lib/model/time.ts';

test.each([
  ['100000%', false],
  ['tomorrow', false],
  ['2026-13-01T00:00:00Z', false],
  ['2026-11-22', false],
  ['2026-11-22T12:00:00.000Z', true],
  ['2026-11-22T12:00:00Z', true],
])('%s is a time: %s', (text, is) => {
  expect(isTime(text)).toBe(is);
});
