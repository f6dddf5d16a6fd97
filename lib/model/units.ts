import type { FieldSpec, FieldTable } from './field-table.types.ts';
import type { Json, JsonObject, Pointer } from './json/json.types.ts';
import { canonicalJson, equalJson, isJsonObject } from './json/json.ts';
import { formatPointer, getAt, isWithin } from './json/pointer.ts';
import type { LiveServer } from './live.types.ts';

/** The smallest thing that is compared, sent and recorded: a declared field, or a declared leaf of one. */
export interface Unit {
  readonly pointer: Pointer;
  readonly field: FieldSpec;
  /** Desired, made comparable; for `secret` fields the reference. */
  readonly value: Json;
  /** Whether `spec` spells it out. Within a section that is declared, the rest of it is owned as well. */
  readonly spelledOut: boolean;
}

/** Equal values become equal texts: sets without order or repetition, text in the form that the vendor keeps. */
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

/** Adds a unit for each leaf under an object. An empty object declares nothing, so it is no leaf. */
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

/** What Trueup owns of a server: all declared units but the ignored ones, by pointer. */
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

/** What `spec` says that can only be said when the server is created. */
export function createOnlyUnits(table: FieldTable, spec: JsonObject): readonly Unit[] {
  const units: Unit[] = [];
  for (const field of table.fields) if (field.createOnly === true) addUnits(units, field, spec);
  return units;
}

/** What an answer says of a unit. */
export type Reading =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' };

const unreadable: Reading = { kind: 'unreadable' };

/**
 * Whether a reading is what is declared. A declared `null` that clears is fulfilled by whatever stands for nothing:
 * absent, or the value that the table gives an absent field.
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

/** What `live` says of the unit, made comparable. Where the answer lacks it, as the field table says. */
export function readUnit({ field, pointer }: Unit, live: LiveServer): Reading {
  if (isKnownAbsent(field, live)) return { kind: 'absent' };
  if (field.access !== 'read-write') return unreadable;
  const value = getAt(live.fields, pointer);
  if (value !== undefined) return { kind: 'value', value: comparable(field, value) };
  // A leaf that lacks in an object which is there is known to be absent; without the object nothing is known.
  if (pointer !== field.pointer && getAt(live.fields, field.pointer) !== undefined) {
    return { kind: 'absent' };
  }
  // Of an object that the answer leaves out nothing is known.
  const { replaces } = field;
  if (typeof replaces === 'object' && getAt(live.fields, replaces.object) === undefined) {
    return unreadable;
  }
  return field.absent.means === 'value'
    ? { kind: 'value', value: comparable(field, field.absent.value) }
    : unreadable;
}
