import type { Json, JsonObject, Pointer } from '../model/json/json.types.ts';
import { isJsonObject } from '../model/json/json.ts';
import type { LiveServer } from '../model/live.types.ts';
import { formatPointer, getAt, isWithin, parsePointer, setAt } from '../model/json/pointer.ts';
import type { Unit } from '../model/units.ts';
import { readUnit } from '../model/units.ts';
import { BlockedBodyError } from './blocked-body.ts';

/**
 * A PUT would have to give back a number of the vendor's as it was, and JavaScript does not hold it exactly: another one
 * would be written in its place.
 */
export class InexactNumberError extends BlockedBodyError {
  static override readonly name: string = 'InexactNumberError';

  constructor(pointer: Pointer) {
    const why =
      'the gateway has a number there that cannot be sent back as it is; nothing was sent';
    super('inexact-number', why, pointer);
  }
}

/** What a PUT carries. Built from changes, so that a field which must not change is not in it. */
export interface PutBody {
  readonly body: JsonObject;
  /** Units in the body whose value Trueup chose: the changed ones, and those that must go with them. Maybe none. */
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
 * Fields of one group go together: all declared ones of it, or, if one of them is withheld, none.
 *
 * What a PUT replaces whole (a member, an object) is sent complete: as it is live, so that unknown keys, ignored and
 * withheld ones stay, with the changed units set in it. Declared units that live cannot show go along, or the PUT would
 * wipe them out. If one of those is withheld, nothing of that whole can be sent now, and it is not in `sent`.
 *
 * @param units - all owned units of the server
 * @param changed - pointers to send
 * @param withheld - pointers that differ and must not be sent (held by the guard); they come before `changed`
 * @param secrets - the text for each changed unit of access `secret`
 * @throws InexactNumberError if what must stay as it is live has a number that is not kept exactly
 * @throws RangeError if a secret is to be sent whose text is not there: a reference is never sent in its place
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

/** The place of the first number that may differ from the one that was read; not under `own`, which was declared. */
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

/** A fraction is what its vendor's own JSON reader makes of it; a whole number may be an id. */
function isExact(number: number): boolean {
  return Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
}

/** The pointer of what a PUT that carries the unit replaces whole; none if it is just the unit. */
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

/** The whole as it is live, less what the user leaves out: absent says "nothing" in whatever form live spells it. */
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
