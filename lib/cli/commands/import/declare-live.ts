import type { DesiredServer } from '../../../model/desired.types.ts';
import type { FieldTable } from '../../../model/field-table.types.ts';
import type { JsonObject } from '../../../model/json/json.types.ts';
import type { LiveServer } from '../../../model/live.types.ts';
import { getAt, setAt } from '../../../model/json/pointer.ts';
import { showPointer } from '../../../model/text/shown-value.ts';

/** A server as it would be declared, and what to say of it. */
export interface DeclaredLive {
  readonly id: string;
  readonly server: JsonObject;
  readonly remarks: readonly string[];
}

/**
 * The declaration that a live server fits: every field that can be read, as it is. What cannot be read stays as it is
 * declared; where nothing is, a remark names it.
 *
 * @param declared - as it is declared already
 * @param row - the same as it was written: its label and policy stay
 */
export function declareLive(
  { id, fields }: LiveServer,
  table: FieldTable,
  ignore: readonly string[],
  declared?: DesiredServer,
  row: JsonObject = {},
): DeclaredLive {
  let spec: JsonObject = {};
  const remarks: string[] = [];
  for (const { pointer, access, absent } of table.fields) {
    if (access === 'computed') continue;
    const kept = getAt(declared?.spec ?? {}, pointer);
    const shown = access === 'read-write' ? getAt(fields, pointer) : undefined;
    // An answer that lacks the field says nothing of it, unless the vendor means a value by that.
    const value = shown === undefined && absent.means === 'unreadable' ? kept : shown;
    if (value !== undefined && value !== null) spec = setAt(spec, pointer, value);
    else if (access === 'secret') remarks.push(`${name(pointer)}: ${unreadableSecret}`);
    else if (access === 'write-only') remarks.push(`${name(pointer)}: ${unreadable}`);
  }
  for (const pointer of declared?.policy.ignore ?? ignore) spec = setAt(spec, pointer, undefined);
  const label = row['label'] ?? labelOf(fields);
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

const name = (pointer: string) => showPointer(pointer);
const unreadable = 'cannot be read; declared, it would be sent';
const unreadableSecret = 'cannot be read; to send one: { secret: NAME, key: KEY }';

/** `salesforce-prod`, of a slug or name. */
function labelOf({ slug, name: called }: JsonObject): string | undefined {
  const text = [slug, called].find((one) => typeof one === 'string' && one.trim() !== '');
  if (typeof text !== 'string') return undefined;
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);
  return label === '' ? undefined : label;
}
