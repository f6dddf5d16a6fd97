import { describe, expect, test } from '@jest/globals';
import { parseRetryAfter, waitBeforeRepeat } from '../../../lib/gateways/http/repetition.ts';

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 10, 2, 12, 0, 0);
  const day = 24 * 60 * 60 * 1000;
  test.each([
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['99999999999999999999', day],
    ['Mon, 02 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 02-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov  2 12:00:30 2026', 30_000],
    ['Mon, 02 Nov 2026 11:59:00 GMT', 0],
    ['Mon, 02 Nov 2093 12:00:00 GMT', day],
    [null, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['Mon, 99 Nov 2026 12:00:30 GMT', undefined],
    ['2026-11-02T12:00:30Z', undefined],
  ])('%j', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

const at = (repeats: number, random: number) =>
  waitBeforeRepeat({ kind: 'cut' }, 'anytime', repeats, () => random);
const after = (retryAfterMs: number) =>
  waitBeforeRepeat({ kind: 'status', status: 429, retryAfterMs }, 'anytime', 0, () => 0);

describe('waitBeforeRepeat', () => {
  test('backs off from 250 ms, doubling, with half of it jitter, twice', () => {
    expect([at(0, 0), at(0, 0.5), at(0, 0.999)]).toEqual([125, 188, 250]);
    expect([at(1, 0), at(1, 0.999)]).toEqual([250, 500]);
    expect(at(2, 0)).toBeUndefined();
  });

  test('honours Retry-After up to five seconds', () => {
    expect([after(0), after(1000), after(5000), after(5001)]).toEqual([125, 1000, 5000, undefined]);
  });

  test.each([
    ['no-route', true, true],
    ['timeout', false, false],
    ['cut', true, false],
    ['body', true, false],
    ['tls', false, false],
    ['redirect', false, false],
    ['host', false, false],
    ['token', false, false],
    ['needs-login', false, false],
    ['aborted', false, false],
  ] as const)('%s', (kind, anytime, unsent) => {
    const repeated = (['anytime', 'unsent'] as const).map(
      (repeatable) => waitBeforeRepeat({ kind }, repeatable, 0, () => 0) !== undefined,
    );
    expect(repeated).toEqual([anytime, unsent]);
  });
});
