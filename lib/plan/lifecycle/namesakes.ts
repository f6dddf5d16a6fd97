import type { FieldTable } from '../../model/field-table.types.ts';
import { getAt } from '../../model/json/pointer.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import { uniqueText } from '../holders.ts';
import type { Declared } from '../server-plan.types.ts';

/**
 * Live servers that have the name of a declared server that does not exist yet (in the field that the table's `foundBy`
 * names), or the id that a create request chose. No server is created while a live one has its name.
 *
 * @returns the keys of their rows; undefined if the live server does not show its name, and no chosen id can show what it is
 */
export function namesakesOf(
  servers: ReadonlyMap<string, Declared>,
  { fields, creation }: FieldTable,
): (live: LiveServer) => readonly string[] | undefined {
  const foundBy = creation && 'foundBy' in creation ? creation.foundBy : undefined;
  const field = fields.find(({ pointer }) => pointer === foundBy);
  if (!field) return () => [];
  const choosesId = creation && 'foundBy' in creation && creation.choosesId === true;
  const byName = new Map<string, string[]>();
  const chosen = new Map<string, string>();
  for (const [id, declared] of servers) {
    if (newLabelIn(id) === undefined || !declared.valid) continue;
    const name = uniqueText(field, getAt(declared.server.spec, field.pointer));
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), id]);
    const nonce = declared.server.created?.stored.reservation?.nonce;
    if (choosesId && nonce !== undefined) chosen.set(nonce, id);
  }
  return ({ id, fields: live }) => {
    if (byName.size === 0) return [];
    const shown = getAt(live, field.pointer);
    if (shown === undefined && !choosesId) return undefined;
    const name = uniqueText(field, shown);
    const named = (name === undefined ? undefined : byName.get(name)) ?? [];
    const own = chosen.get(id);
    return own === undefined || named.includes(own) ? named : [...named, own];
  };
}
