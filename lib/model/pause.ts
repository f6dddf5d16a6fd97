import type { Pause } from './ledger.types.ts';
import { comparableId } from './names/server-id.ts';
import { plainText } from './text/plain-text.ts';
import { shownCaller } from './text/shown-caller.ts';
import { shownTime } from './text/shown-time.ts';

/** Maximum length of a pause's reason, in characters. */
export const longestReason = 500;

/** `paused by kim until 2026-12-24 18:00 UTC (vendor maintenance)` */
export function pauseText({ reason, by, until }: Pause): string {
  const parts = [
    'paused',
    ...(by === undefined ? [] : [`by ${shownCaller(by)}`]),
    ...(until === undefined ? [] : [`until ${shownTime(until)}`]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ];
  return plainText(parts.join(' '));
}

/** Whether a pause is for this server, also if the two spell its id differently. */
export function isPauseOf(pause: Pause, id: string): boolean {
  return pause.id !== undefined && comparableId(pause.id) === comparableId(id);
}

/** The pauses that have not ended at `now`. */
export function activePauses(pauses: readonly Pause[], now: number): readonly Pause[] {
  return pauses.filter(({ until }) => until === undefined || Date.parse(until) > now);
}

/** The pause that applies to a server: its own, or its connection's. */
export function pauseOf(pauses: readonly Pause[], id: string): Pause | undefined {
  return pauses.find((pause) => pause.id === undefined || isPauseOf(pause, id));
}
