import type { DesiredServer } from '../../../model/desired.types.ts';
import type { FieldSpec, FieldTable } from '../../../model/field-table.types.ts';
import type { JsonObject } from '../../../model/json/json.types.ts';
import type { LiveServer } from '../../../model/live.types.ts';
import { getAt, parsePointer, setAt } from '../../../model/json/pointer.ts';
import { liveName } from '../../../model/names/live-name.ts';
import { isKnownAbsent } from '../../../model/units.ts';
import { showPointer } from '../../../model/text/shown-value.ts';

/** A declaration of a live server, with comments. */
export interface DeclaredLive {
  readonly id: string;
  readonly server: JsonObject;
  readonly remarks: readonly string[];
}

/**
 * The declaration that matches a live server: every field that can be read, with its value. Fields that cannot be read
 * keep their declared value, or become a comment if they have none. Fields of the same group as a stored secret that is
 * not declared, such as the type of a credential, become commented lines that would declare them.
 *
 * @param secrets - the prefix of the connection's secrets, such as `trueup/acme`
 * @param declared - the existing declaration
 * @param row - the existing declaration as written, whose label and policy are kept
 */
export function declareLive(
  live: LiveServer,
  table: FieldTable,
  ignore: readonly string[],
  secrets: string,
  declared?: DesiredServer,
  row: JsonObject = {},
): DeclaredLive {
  const { id, fields } = live;
  const label = row['label'] ?? labelOf(live);
  const unknown = unknownGroups(table, live, declared);
  let spec: JsonObject = {};
  const remarks: string[] = [];
  for (const field of table.fields) {
    const { pointer, access, absent, group = '' } = field;
    if (access === 'computed' || unknown.has(group)) continue;
    const kept = getAt(declared?.spec ?? {}, pointer);
    const shown = access === 'read-write' ? getAt(fields, pointer) : undefined;
    // If the answer lacks the field, its value is unknown, unless an absent field has a defined value.
    const value = shown === undefined && absent.means === 'unreadable' ? kept : shown;
    if (value !== undefined && value !== null) spec = setAt(spec, pointer, value);
    else if (access === 'secret' && isStored(field, live))
      remarks.push(`${name(pointer)}: ${unreadableSecret}`);
    else if (access === 'write-only' && isStored(field, live))
      remarks.push(`${name(pointer)}: ${unreadable}`);
  }
  for (const pointer of declared?.policy.ignore ?? ignore) spec = setAt(spec, pointer, undefined);
  const secret = `${secrets}/${typeof label === 'string' ? label : id}`;
  for (const group of unknown) remarks.push(...linesOf(group, table, live, secret));
  const { policy } = row;
  return {
    id,
    server: {
      id,
      ...(label !== undefined && { label }),
      spec,
      ...(policy !== undefined && { policy }),
    },
    remarks,
  };
}

/** Groups with a stored secret that is not declared. Their fields cannot be declared without the secret. */
function unknownGroups(
  { fields }: FieldTable,
  live: LiveServer,
  declared: DesiredServer | undefined,
): ReadonlySet<string> {
  const isUnknown = (field: FieldSpec) =>
    field.access === 'secret' &&
    isStored(field, live) &&
    getAt(declared?.spec ?? {}, field.pointer) === undefined;
  return new Set(fields.flatMap((field) => (isUnknown(field) ? (field.group ?? []) : [])));
}

/** Whether a value that cannot be read may be stored; some gateways show that none is. */
function isStored(field: FieldSpec, live: LiveServer): boolean {
  return !isKnownAbsent(field, live);
}

/** The lines that declare a group: its readable fields, and a reference to a secret. */
function linesOf(group: string, table: FieldTable, live: LiveServer, secret: string): string[] {
  const lines: string[] = [];
  for (const field of table.fields) {
    const value = field.group === group ? valueOf(field, live, secret) : undefined;
    if (value === undefined) continue;
    const [key = '', ...outer] = (parsePointer(field.pointer) ?? []).toReversed();
    const parents = outer.toReversed().map((one, depth) => `${'  '.repeat(depth)}${one}:`);
    lines.push(...parents.filter((line) => !lines.includes(line)));
    lines.push(`${'  '.repeat(outer.length)}${key}: ${value}`);
  }
  return [`The ${group} cannot be read, and stays as it is. To send it, declare:`, ...lines];
}

/** The value as YAML; undefined if there is nothing to declare. */
function valueOf(field: FieldSpec, live: LiveServer, secret: string): string | undefined {
  const shown = getAt(live.fields, field.pointer);
  if (field.access === 'read-write') return shown === undefined ? undefined : JSON.stringify(shown);
  if (!isStored(field, live)) return undefined;
  return field.access === 'secret' ? `{ secret: ${secret} }` : '...';
}

const name = (pointer: string) => showPointer(pointer);
const unreadable = 'cannot be read; it is sent if you declare it';
const unreadableSecret = 'cannot be read; to send one: { secret: NAME, key: KEY }';

/** `salesforce-prod`, of a slug or name. */
function labelOf(live: LiveServer): string | undefined {
  const names = [live.fields['slug'], liveName(live)];
  const text = names.find((one) => typeof one === 'string' && one.trim() !== '');
  if (typeof text !== 'string') return undefined;
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);
  return label === '' ? undefined : label;
}
