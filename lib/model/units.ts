import type { FieldSpec, FieldTable } from './field-table.types.ts';
import type { Json, JsonObject, Pointer } from './json/json.types.ts';
import { canonicalJson, equalJson, isJsonObject } from './json/json.ts';
import { formatPointer, getAt, isWithin } from './json/pointer.ts';
import type { LiveServer } from './live.types.ts';

/** The smallest thing that is compared, sent and recorded: a declared field, or a declared leaf of one. */
export interface Unit {
  readonly pointer: Pointer;
  readonly field: FieldSpec;
  /** The declared value in comparable form; for a `secret` field its reference. */
  readonly value: Json;
  /** Whether `spec` has it. The other fields of a declared section are owned as well. */
  readonly spelledOut: boolean;
}

/**
 * The comparable form of a value: a set without order or repetition, text in the Unicode form that the vendor
 * stores.
 */
export function comparable(field: FieldSpec, value: Json): Json {
  if (field.unicode !== undefined && typeof value === 'string') {
    return value.normalize(field.unicode);
  }
  if (field.compare !== 'set' || !Array.isArray(value)) return value;
  const byText = new Map(value.map((member: Json) => [canonicalJson(member), member]));
  return [...byText.keys()].toSorted().map((text) => byText.get(text) as Json);
}

function unitOf(field: FieldSpec, pointer: Pointer, value: Json, spelledOut = true): Unit {
  return { pointer, field, value: comparable(field, value), spelledOut };
}

/** Adds a unit for each leaf of an object. An empty object declares nothing. */
function addLeaves(units: Unit[], field: FieldSpec, pointer: Pointer, value: Json): void {
  if (!isJsonObject(value)) {
    units.push(unitOf(field, pointer, value));
    return;
  }
  for (const key of Object.keys(value)) {
    addLeaves(units, field, `${pointer}${formatPointer([key])}`, value[key] as Json);
  }
}

function addUnits(units: Unit[], field: FieldSpec, spec: JsonObject): void {
  const { pointer, absent, section } = field;
  const declared = getAt(spec, pointer);
  if (declared === undefined) {
    const owned = section !== undefined && getAt(spec, section) !== undefined;
    if (owned && absent.means === 'value') units.push(unitOf(field, pointer, absent.value, false));
  } else if (field.compare === 'subset') addLeaves(units, field, pointer, declared);
  else units.push(unitOf(field, pointer, declared));
}

/** What Trueup owns of a server: all declared units except the ignored ones, by pointer. */
export function declaredUnits(
  table: FieldTable,
  spec: JsonObject,
  ignore: readonly Pointer[],
): readonly Unit[] {
  const units: Unit[] = [];
  for (const field of table.fields) if (field.createOnly !== true) addUnits(units, field, spec);
  const owned =
    ignore.length === 0
      ? units
      : units.filter(({ pointer }) => !ignore.some((ignored) => isWithin(pointer, ignored)));
  return owned.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1));
}

/** The declared fields that can only be set on create. */
export function createOnlyUnits(table: FieldTable, spec: JsonObject): readonly Unit[] {
  const units: Unit[] = [];
  for (const field of table.fields) if (field.createOnly === true) addUnits(units, field, spec);
  return units;
}

/** What an answer shows for a unit. */
export type Reading =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' };

const unreadable: Reading = { kind: 'unreadable' };

/**
 * Whether a reading matches the declaration. A declared `null` that clears the field matches null, an absent field,
 * and the value that the table gives an absent field.
 */
export function agrees({ field, value }: Unit, reading: Reading): boolean {
  const isNothing = value === null && field.nullClears;
  if (reading.kind !== 'value') return isNothing && reading.kind === 'absent';
  return (
    equalJson(reading.value, value) ||
    (isNothing &&
      field.absent.means === 'value' &&
      equalJson(reading.value, comparable(field, field.absent.value)))
  );
}

/** Whether an answer shows that nothing is stored in a field whose value no answer shows. */
export function isKnownAbsent(
  { showsAbsence = false, pointer }: FieldSpec,
  { fields }: LiveServer,
): boolean {
  return showsAbsence && getAt(fields, pointer) === null;
}

/** The unit's value in `live`, in comparable form. If the answer lacks it, the field table decides. */
export function readUnit({ field, pointer }: Unit, live: LiveServer): Reading {
  if (isKnownAbsent(field, live)) return { kind: 'absent' };
  if (field.access !== 'read-write') return unreadable;
  const value = getAt(live.fields, pointer);
  if (value !== undefined) return { kind: 'value', value: comparable(field, value) };
  // A leaf that is missing from an object in the answer is absent; without the object its value is unknown.
  if (pointer !== field.pointer && getAt(live.fields, field.pointer) !== undefined) {
    return { kind: 'absent' };
  }
  // If the answer omits the object, the field's value is unknown.
  const { replaces } = field;
  if (typeof replaces === 'object' && getAt(live.fields, replaces.object) === undefined) {
    return unreadable;
  }
  return field.absent.means === 'value'
    ? { kind: 'value', value: comparable(field, field.absent.value) }
    : unreadable;
}
