import { describe, expect, test } from '@jest/globals';
import {
  durationPattern,
  parseDuration,
  parseShare,
  sharePattern,
} from '../../lib/model/duration.ts';

describe('durations', () => {
  test.each([
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    ['never', undefined],
  ])('%s', (text, ms) => {
    expect(text).toMatch(durationPattern);
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '0h', '1', 'h', '1.5h', '-1h', '1w', '1 h', '1h\n', 'Never', '100000d'])(
    '%s is none',
    (text) => {
      expect(text).not.toMatch(durationPattern);
    },
  );
});

describe('shares', () => {
  test.each([
    ['30%', 0.3],
    ['0%', 0],
    ['100%', 1],
    ['12.5%', 0.125],
  ])('%s', (text, share) => {
    expect(text).toMatch(sharePattern);
    expect(parseShare(text)).toBeCloseTo(share, 10);
  });

  test.each(['', '%', '30', '101%', '100.1%', '-1%', '030%', '.5%', '30 %', '30%\n'])(
    '%s is none',
    (text) => {
      expect(text).not.toMatch(sharePattern);
    },
  );
});
