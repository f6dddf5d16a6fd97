import { shownTime } from '../../model/text/shown-time.ts';
import type { FailingConnection, NextAttempt } from '../due.ts';

/** When something that failed is tried again, and what makes that happen sooner, as text. */
export function triedAgain({ nextAttempt, atOnce }: NextAttempt): string | undefined {
  const parts = [
    ...(nextAttempt === undefined ? [] : [`next attempt ${shownTime(nextAttempt)}`]),
    ...(atOnce === undefined ? [] : [`at once: ${atOnce}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** The same for a connection, and since when it fails. */
export function failsSince(failing: FailingConnection): string | undefined {
  const { since } = failing;
  const again = triedAgain(failing);
  if (since === undefined) return again;
  const start = `fails since ${shownTime(since)}`;
  return again === undefined ? start : `${start}; ${again}`;
}
