import type { FieldTable } from '../../../lib/model/field-table.types.ts';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import { formatPointer, getAt, setAt } from '../../../lib/model/json/pointer.ts';

/** What a well-behaved vendor makes of a PUT, as the field table says. */
export function applyPut({ fields }: FieldTable, state: JsonObject, body: JsonObject): JsonObject {
  return fields.reduce((next, { pointer, replaces, nullClears }) => {
    const at = typeof replaces === 'object' ? replaces.object : pointer;
    const sent = getAt(body, at);
    if (sent === undefined) return next;
    if (sent === null && nullClears) return setAt(next, at, undefined);
    if (replaces !== 'member') return setAt(next, at, sent);
    return Object.entries(sent as JsonObject).reduce(
      (merged, [key, value]) => setAt(merged, `${at}${formatPointer([key])}`, value),
      next,
    );
  }, state);
}

/** What the vendor shows of its state: what can be read. */
export function show({ fields }: FieldTable, state: JsonObject): JsonObject {
  return fields
    .filter(({ access }) => access === 'write-only' || access === 'secret')
    .reduce((shown, { pointer }) => setAt(shown, pointer, undefined), state);
}
