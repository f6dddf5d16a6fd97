import { expect, test } from '@jest/globals';
import { triedAgain } from '../../../lib/plan/text/tried-again.ts';

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
