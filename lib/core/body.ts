import type { Json, JsonObject, Pointer } from './json.types.ts';
import { isJsonObject } from './json.ts';
import type { LiveServer } from './live.types.ts';
import { formatPointer, getAt, isWithin, parsePointer, setAt } from './pointer.ts';
import type { Unit } from './units.ts';

/** What a PUT carries. Built from changes, so that a field which must not change is not in it. */
export interface PutBody {
  readonly body: JsonObject;
  /** Units in the body whose value Trueup chose: the changed ones, and siblings that must go with them. */
  readonly sent: readonly Unit[];
}

/**
 * The smallest body that makes the changed units true.
 *
 * | replaces   | in the body |
 * |------------|-------------|
 * | `field`    | the field |
 * | `member`   | the changed leaf, and its declared siblings under the same member of the object |
 * | `{object}` | the live object with the changed units set in it: unknown keys, ignored and held ones stay as they are |
 *
 * @param units - all owned units of the server
 * @param changed - pointers to send
 * @param withheld - pointers that differ and must not be sent (held by the guard)
 * @param secrets - the text for each changed unit of access `secret`
 */
export function buildBody(
  units: readonly Unit[],
  changed: ReadonlySet<Pointer>,
  withheld: ReadonlySet<Pointer>,
  live: LiveServer,
  secrets: ReadonlyMap<Pointer, string>,
): PutBody {
  const members = new Set(
    units
      .filter(({ pointer, field }) => changed.has(pointer) && field.replaces === 'member')
      .map(memberOf),
  );
  const goes = (unit: Unit) =>
    changed.has(unit.pointer) ||
    (unit.field.replaces === 'member' &&
      members.has(memberOf(unit)) &&
      !withheld.has(unit.pointer));
  const sent = units.filter(goes);
  const plain = sent
    .filter(({ field }) => typeof field.replaces !== 'object')
    .reduce<JsonObject>((body, unit) => {
      const text = secrets.get(unit.pointer);
      return setAt(body, unit.pointer, text ?? unit.value);
    }, {});
  const objects = new Set(sent.flatMap(({ field }) => objectOf(field.replaces)));
  const body = [...objects].reduce(
    (soFar, object) => setAt(soFar, object, wholeObject(object, units, changed, withheld, live)),
    plain,
  );
  return { body, sent };
}

function objectOf(replaces: Unit['field']['replaces']): readonly Pointer[] {
  return typeof replaces === 'object' ? [replaces.object] : [];
}

/** `/meta/a` for the leaf `/meta/a/b` of the field `/meta`. */
function memberOf({ pointer, field }: Unit): Pointer {
  const depth = (parsePointer(field.pointer) as readonly string[]).length;
  return formatPointer((parsePointer(pointer) as readonly string[]).slice(0, depth + 1));
}

function wholeObject(
  object: Pointer,
  units: readonly Unit[],
  changed: ReadonlySet<Pointer>,
  withheld: ReadonlySet<Pointer>,
  live: LiveServer,
): Json {
  const base = getAt(live.fields, object);
  const whole = units
    .filter(({ pointer }) => isWithin(pointer, object) && !withheld.has(pointer))
    .reduce<JsonObject>(
      (soFar, unit) => {
        // What the user leaves out goes out, in whatever form live spells "nothing": absent says it everywhere.
        if (!unit.spelledOut) return setAt(soFar, unit.pointer, undefined);
        return changed.has(unit.pointer) ? setAt(soFar, unit.pointer, unit.value) : soFar;
      },
      isJsonObject(base) ? setAt({}, object, base) : {},
    );
  return getAt(whole, object) ?? {};
}
