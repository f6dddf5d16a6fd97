import type { Json, JsonObject, Pointer } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { formatPointer, getAt, isWithin, parsePointer, setAt } from '../../model/json/pointer.ts';
import type { Unit } from '../../model/units.ts';
import { readUnit } from '../../model/units.ts';
import { BlockedBodyError } from './blocked-body.ts';

/**
 * A PUT would have to send back one of the vendor's numbers that JavaScript cannot represent exactly, and would change
 * it.
 */
export class InexactNumberError extends BlockedBodyError {
  static override readonly name: string = 'InexactNumberError';

  constructor(pointer: Pointer) {
    const why =
      'the gateway has a number in this place that cannot be sent back unchanged; nothing was sent';
    super('inexact-number', why, pointer);
  }
}

/** The body of a PUT. It is built from changes, so that a field that must not change is not in it. */
export interface PutBody {
  readonly body: JsonObject;
  /**
   * Units in the body whose value is the declared one: the changed ones, and those that must be sent with them. May be
   * empty.
   */
  readonly sent: readonly Unit[];
}

/**
 * The smallest body that makes the changed units true.
 *
 * | replaces   | in the body |
 * |------------|-------------|
 * | `field`    | the field |
 * | `member`   | the member of the object under which the changed leaf lies |
 * | `{object}` | the object |
 *
 * Fields of one group are sent together: all declared ones, or none if one of them is withheld.
 *
 * What a PUT replaces as a whole (a member, an object) is sent complete: the live value, so that unknown, ignored and
 * withheld keys stay, with the changed units set in it. Declared units that live cannot show are sent too, or the PUT
 * would clear them. If one of those is withheld, nothing of that whole can be sent now, and it is not in `sent`.
 *
 * @param units - all owned units of the server
 * @param changed - pointers to send
 * @param withheld - pointers that differ and must not be sent (held by the guard); they take precedence over `changed`
 * @param secrets - the text for each changed unit of access `secret`
 * @throws InexactNumberError if a live value that must not change has a number that JavaScript cannot represent exactly
 * @throws RangeError if the text of a secret to be sent is missing: its reference is never sent instead
 */
export function buildBody(
  units: readonly Unit[],
  changed: ReadonlySet<Pointer>,
  withheld: ReadonlySet<Pointer>,
  live: LiveServer,
  secrets: ReadonlyMap<Pointer, string>,
): PutBody {
  const isOf = (wholes: ReadonlySet<Pointer>, unit: Unit) =>
    wholesOf(unit).some((whole) => wholes.has(whole));
  const free = units.filter(({ pointer }) => !withheld.has(pointer));
  const unknown = units.filter((unit) => readUnit(unit, live).kind === 'unreadable');
  const blocked = new Set(unknown.filter(({ pointer }) => withheld.has(pointer)).flatMap(wholesOf));
  const stopped = groupsOf(units.filter(({ pointer }) => withheld.has(pointer)));
  const chosen = free.filter(
    (unit) =>
      changed.has(unit.pointer) && !isOf(blocked, unit) && !stopped.has(unit.field.group ?? ''),
  );
  const groups = groupsOf(chosen);
  const wholes = new Set(chosen.flatMap(wholesOf));
  const goes = new Set([
    ...chosen,
    ...unknown.filter((unit) => isOf(wholes, unit)),
    ...free.filter(({ field }) => groups.has(field.group ?? '')),
  ]);

  const base = [...wholes].reduce<JsonObject>(
    (body, whole) => setAt(body, whole, wholeOf(whole, free, live)),
    {},
  );
  const sent = units.filter((unit) => goes.has(unit));
  const body = sent
    .filter(({ spelledOut }) => spelledOut)
    .reduce((soFar, unit) => setAt(soFar, unit.pointer, textOf(unit, secrets)), base);
  const inexact = inexactIn(body, '', new Set(sent.map(({ pointer }) => pointer)));
  if (inexact !== undefined) throw new InexactNumberError(inexact);
  return { body, sent };
}

/** The names of the units' groups. */
function groupsOf(units: readonly Unit[]): ReadonlySet<string> {
  return new Set(units.flatMap(({ field: { group } }) => group ?? []));
}

/**
 * The place of the first number that may differ from the one the vendor sent; `own` is skipped, because it was
 * declared.
 */
function inexactIn(value: Json, path: Pointer, own: ReadonlySet<Pointer>): Pointer | undefined {
  if (own.has(path)) return undefined;
  if (typeof value === 'number') return isExact(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = inexactIn(member, `${path}${formatPointer([key])}`, own);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Only whole numbers are checked: they may be ids. A fraction is rounded by the vendor's JSON parser as well. */
function isExact(number: number): boolean {
  return Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
}

/** The pointer of the whole that a PUT with this unit replaces; empty if it replaces only the unit. */
function wholesOf({ pointer, field }: Unit): readonly Pointer[] {
  if (field.replaces === 'field') return [];
  if (field.replaces !== 'member') return [field.replaces.object];
  // `/meta/a` for the leaf `/meta/a/b` of the field `/meta`.
  const depth = tokensOf(field.pointer).length + 1;
  return [formatPointer(tokensOf(pointer).slice(0, depth))];
}

function tokensOf(pointer: Pointer): readonly string[] {
  return parsePointer(pointer) as readonly string[];
}

/** The live value of the whole, without what the user clears: leaving it out clears it, however live shows "nothing". */
function wholeOf(whole: Pointer, free: readonly Unit[], live: LiveServer): Json {
  const base = getAt(live.fields, whole);
  const left = free
    .filter(({ pointer, spelledOut }) => !spelledOut && isWithin(pointer, whole))
    .reduce<JsonObject>(
      (soFar, { pointer }) => setAt(soFar, pointer, undefined),
      setAt({}, whole, isJsonObject(base) ? base : {}),
    );
  return getAt(left, whole) as Json;
}

function textOf({ pointer, field, value }: Unit, secrets: ReadonlyMap<Pointer, string>): Json {
  if (field.access !== 'secret') return value;
  const text = secrets.get(pointer);
  if (text === undefined) throw new RangeError(`no value for the secret at ${pointer}`);
  return text;
}
