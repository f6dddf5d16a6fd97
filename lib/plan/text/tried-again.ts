import { shownTime } from '../../model/text/shown-time.ts';
import type { NextAttempt } from '../due.ts';

/** When something that failed is tried again, and what tries it before, in words. */
export function triedAgain({ nextAttempt, atOnce }: NextAttempt): string | undefined {
  const parts = [
    ...(nextAttempt === undefined ? [] : [`next attempt ${shownTime(nextAttempt)}`]),
    ...(atOnce === undefined ? [] : [`at once: ${atOnce}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}
