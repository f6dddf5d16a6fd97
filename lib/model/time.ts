/** As times are written. A pass reads some for each field of each server, and `Date.parse` takes its time. */
const written =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

/** Whether a text is a time in ISO 8601; `Date.parse` alone takes `100000%` for one that is far off. */
export function isTime(text: string): boolean {
  if (written.test(text)) return true;
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}
