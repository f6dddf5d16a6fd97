/**
 * The form in which Trueup writes times. Tried first, because `Date.parse` is slow and a pass parses times of
 * each field.
 */
const written =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

/** Whether a text is a time in ISO 8601. `Date.parse` alone would accept texts such as `100000%`. */
export function isTime(text: string): boolean {
  if (written.test(text)) return true;
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}
