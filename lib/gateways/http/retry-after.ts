const dayMs = 24 * 60 * 60 * 1000;
/** RFC 9110's date, its two obsolete forms included. */
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * `Retry-After` in either form, seconds or an HTTP date, as milliseconds from `now`. At least 0 and at most a day,
 * whatever the vendor says. Undefined if it is neither form.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : millisecondsUntil(text, now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), dayMs);
}

function millisecondsUntil(text: string, now: number): number {
  if (!httpDate.test(text)) return Number.NaN;
  // asctime's form has no zone, and means UTC as well.
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) - now;
}
