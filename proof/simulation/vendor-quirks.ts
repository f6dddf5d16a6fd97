import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';

/*
 * Ways in which a vendor does not do what it is asked for, each told by the value, so that a scenario chooses them.
 */

/** A text that the vendor turns down for good. */
export const rejected = 'Reject';
/** A text that it answers with 200, and does not take. */
export const ignored = 'Stubborn';
/** A text that it keeps in a form of its own. */
export const shouted = 'Shout';

/** So many servers on a page, whatever is asked for. */
export const pageSize = 3;

export const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');

export const refusedText = (value: Json | undefined) => textOf(value).includes(rejected);

/** The vendor's own form of a text. */
export const formOf = (value: Json): Json =>
  textOf(value).includes(shouted) ? textOf(value).toUpperCase() : value;

/** What it keeps of the texts of a body. */
export function kept(fields: JsonObject, body: JsonObject): JsonObject {
  const entries = Object.entries(body).map(([key, value]): [string, Json] => {
    if (textOf(value).includes(ignored)) return [key, fields[key] ?? ''];
    return [key, formOf(value)];
  });
  return Object.fromEntries(entries);
}
