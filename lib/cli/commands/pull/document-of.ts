import type { DesiredRow } from '../../../desired/desired-store.types.ts';
import { newLabelIn, serverIdIn } from '../../../model/names/server-key.ts';

/** The document for the rows of a connection, without generations. Not checked. */
export function documentOf(
  connection: string,
  rows: readonly DesiredRow[],
): {
  readonly connection: string;
  readonly servers?: readonly Readonly<Record<string, unknown>>[];
} {
  const own = rows.find(({ item }) => item === 'connection');
  const servers = rows.flatMap(({ item, value }): readonly Readonly<Record<string, unknown>>[] => {
    const [id, label] = [serverIdIn(item), newLabelIn(item)];
    if (label !== undefined) return [{ label, ...withoutGeneration(value) }];
    return id === undefined ? [] : [{ id, ...withoutGeneration(value) }];
  });
  return {
    connection,
    ...withoutGeneration(own?.value ?? {}),
    ...(servers.length > 0 && { servers }),
  };
}

function withoutGeneration({ generation: _generation, ...value }: DesiredRow['value']) {
  return value;
}
