/*
 * Single values as the ledger gives them back. By themselves, since each pass reads them: the forms of plans and reports are
 * larger than all that it needs else.
 */

/** As they are written; a pass reads some for each field of each server, and `Date.parse` takes its time. */
const written =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

/** Whether a text is a time as it is kept; `Date.parse` alone takes `100000%` for one that is far off. */
export function isTime(text: string): boolean {
  if (written.test(text)) return true;
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Whether an approval made at `at` holds at `now`; not if it seems to be from tomorrow. Milliseconds. */
export function isInForce(at: unknown, life: number, now: number): at is string {
  return typeof at === 'string' && isTime(at) && Math.abs(now - Date.parse(at)) < life;
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
