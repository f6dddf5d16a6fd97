import { expect, test } from '@jest/globals';
import { failsSince, triedAgain } from '../../../lib/plan/text/tried-again.ts';

const nextAttempt = '2026-11-22T12:00:00.000Z';

test.each([
  [{}, undefined],
  [{ nextAttempt }, 'next attempt 2026-11-22 12:00 UTC'],
  [{ atOnce: '`trueup retry`' }, 'at once: `trueup retry`'],
  [
    { nextAttempt, atOnce: '`trueup retry`' },
    'next attempt 2026-11-22 12:00 UTC; at once: `trueup retry`',
  ],
])('what failed says when it is tried again: %j', (next, words) => {
  expect(triedAgain(next)).toBe(words);
});

test.each([
  [{}, undefined],
  [{ since: '2026-11-22T10:00:00.000Z' }, 'fails since 2026-11-22 10:00 UTC'],
  [{ atOnce: 'x' }, 'at once: x'],
  [
    { since: '2026-11-22T10:00:00.000Z', nextAttempt: '2026-11-22T11:00:00.000Z', atOnce: 'x' },
    'fails since 2026-11-22 10:00 UTC; next attempt 2026-11-22 11:00 UTC; at once: x',
  ],
])('of a connection it is said with since when it fails: %j', (failing, text) => {
  expect(failsSince(failing)).toBe(text);
});
