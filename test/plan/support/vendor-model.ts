import type { FieldTable } from '../../../lib/model/field-table.types.ts';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import { formatPointer, getAt, setAt } from '../../../lib/model/json/pointer.ts';

/**
 * What a well-behaved vendor makes of a PUT, as the field table says. Of a group of which it carries anything, it keeps nothing
 * that it does not carry.
 */
export function applyPut({ fields }: FieldTable, state: JsonObject, body: JsonObject): JsonObject {
  const carried = new Set(
    fields.flatMap(({ pointer, group }) =>
      getAt(body, pointer) === undefined ? [] : (group ?? []),
    ),
  );
  const before = fields.reduce(
    (kept, { pointer, group = '' }) =>
      carried.has(group) ? setAt(kept, pointer, undefined) : kept,
    state,
  );
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
  }, before);
}

/** What the vendor shows of its state: what can be read, which secrets it has not, and its rules, also if there are none. */
export function show({ fields }: FieldTable, state: JsonObject): JsonObject {
  return fields
    .filter(({ access }) => access === 'write-only' || access === 'secret')
    .reduce<JsonObject>(
      (shown, { pointer, showsAbsence }) => {
        const isAbsent = showsAbsence === true && getAt(state, pointer) === undefined;
        return setAt(shown, pointer, isAbsent ? null : undefined);
      },
      { restrictions: {}, ...state },
    );
}
