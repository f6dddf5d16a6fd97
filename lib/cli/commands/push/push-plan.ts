import { checkDocument, itemOf, repeatsIn, rowsOf } from '../../../desired/rules/document.ts';
import { canonicalJson, equalJson, isJsonObject } from '../../../model/json/json.ts';
import type { Json, JsonObject } from '../../../model/json/json.types.ts';
import type { DeclarationOptions } from '../../../desired/rules/row.ts';
import type { ConnectionDocument } from '../../../desired/rules/schema.ts';
import type { SeenRow } from '../../../desired/rows/unchanged-condition.ts';
import type { DesiredRow } from '../../../desired/desired-store.types.ts';
import { documentOf } from '../pull/document-of.ts';
import { rowIdIn } from '../../../model/names/server-key.ts';

/** A leaf that differs. Without `before` it is added, without `after` it is removed. */
export interface FieldDifference {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** A row that a push writes or removes. */
export interface RowChange {
  readonly connection: string;
  readonly item: string;
  readonly label?: string;
  readonly action: 'add' | 'change' | 'remove';
  readonly fields: readonly FieldDifference[];
  /** The new row with its generation; absent if the row is removed. */
  readonly row?: JsonObject;
  readonly seen: SeenRow;
}

export interface PushInputs {
  readonly document: ConnectionDocument;
  /** The connection's current rows. */
  readonly rows: readonly DesiredRow[];
  /** Generations in the ledger, by item. A pass does not act on a lower one. */
  readonly generations: ReadonlyMap<string, number>;
  /** Ids of servers that Trueup created, by their labels. */
  readonly created: ReadonlyMap<string, string>;
  readonly prune: boolean;
  readonly options: DeclarationOptions;
}

/** The rows of one connection that a push changes. */
export function pushPlan({
  document,
  rows,
  generations,
  prune,
  options,
}: PushInputs): readonly RowChange[] {
  const { connection } = document;
  const stored = new Map(rows.map((row) => [row.item, row.value]));
  const isShown = shownRows(connection, rows, options);
  const declared = rowsOf(document).map(({ connection: _connection, item, ...row }) => ({
    item,
    row: JSON.parse(JSON.stringify(row)) as JsonObject,
  }));
  const written = declared.flatMap(({ item, row }): readonly RowChange[] => {
    const before = stored.get(item);
    const { generation: _generation, ...old } = before ?? {};
    if (before && isJsonValue(old) && equalJson(old, row)) return [];
    const last = Math.max(generationOf(before), generations.get(item) ?? 0);
    // At the maximum it is not increased: a larger number would not be valid, and passes accept the same one.
    const generation = Math.min(last + 1, Number.MAX_SAFE_INTEGER);
    const fields = before
      ? differences(old, row).map((one) => (isShown(item) ? one : withoutBefore(one)))
      : [];
    const action = before ? 'change' : 'add';
    return [
      {
        connection,
        item,
        ...labelOf(row),
        action,
        fields,
        row: { ...row, generation },
        seen: before ?? 'absent',
      },
    ];
  });
  if (!prune) return written;
  const kept = new Set(declared.map(({ item }) => item));
  const removed = rows
    .filter(({ item }) => rowIdIn(item) !== undefined && !kept.has(item))
    .map(({ item, value }): RowChange => ({
      connection,
      item,
      ...(isShown(item) && labelOf(value)),
      action: 'remove',
      fields: [],
      seen: value,
    }));
  return [...written, ...removed];
}

/** How many servers the connection declares after the push. */
export function serversAfter({ document, rows, prune }: PushInputs): number {
  const declared = (document.servers ?? []).map((server) => itemOf(server.id, server));
  const stored = prune ? [] : rows.map(({ item }) => item);
  return new Set([...declared, ...stored].filter((item) => rowIdIn(item) !== undefined)).size;
}

/** The rows whose values can be shown. An invalid row, or one with an invalid connection, may have a secret anywhere. */
function shownRows(
  connection: string,
  rows: readonly DesiredRow[],
  options: DeclarationOptions,
): (item: string) => boolean {
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const own = byItem.get('connection');
  return (item) => {
    const row = byItem.get(item);
    // Checked separately, because problems of other rows may hide those of this one.
    const alone = [own, row === own ? undefined : row].flatMap((one) => one ?? []);
    return checkDocument(documentOf(connection, alone), options).length === 0;
  };
}

/**
 * Values that must be unique in a connection and that written servers would share with rows that stay. Existing
 * duplicates in the table do not block a push of other rows.
 *
 * @param changes - what the push changes
 * @returns one line for each, without values
 */
export function conflictsWithRows(
  { document, rows, prune }: PushInputs,
  changes: readonly RowChange[],
): readonly string[] {
  const { connection, servers: declared = [] } = document;
  const written = new Set(changes.map(({ item }) => item));
  const items = new Set(declared.map((server) => itemOf(server.id, server)));
  const others = prune ? [] : rows.filter(({ item }) => !items.has(item));
  const { servers: stays = [] } = documentOf(connection, others);
  const own = (index: number) => declared[index - stays.length];
  return repeatsIn([...stays, ...declared]).flatMap(({ what, index, before }) => {
    const [server, stored] = [own(index), stays[before]];
    if (!server || !stored || !written.has(itemOf(server.id, server))) return [];
    const name = `${connection}/${server.label ?? String(server.id)}`;
    const other = `${connection}/${String(stored['id'] ?? stored['label'])}`;
    return [`${name} has the ${what} of ${other}, a row that the files do not declare`];
  });
}

type Stored = DesiredRow['value'];

function labelOf(row: Stored): { readonly label?: string } {
  const { label } = row;
  return typeof label === 'string' ? { label } : {};
}

/** 0 if the row has no valid generation. */
function generationOf(row: Stored | undefined): number {
  const generation = row?.['generation'];
  return typeof generation === 'number' && Number.isSafeInteger(generation) ? generation : 0;
}

/** Whether it consists only of JSON values. */
function isJsonValue(value: unknown): value is Json {
  if (typeof value !== 'object' || value === null) return typeof value !== 'symbol';
  return Object.values(value).every(isJsonValue);
}

/** The leaves that differ. Lists are leaves, and so are values that are not objects on both sides. */
function differences(before: unknown, after: Json | undefined, path = ''): FieldDifference[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => {
      const token = key.replaceAll('~', '~0').replaceAll('/', '~1');
      return differences(before[key], after[key], `${path}/${token}`);
    });
  }
  if (isJsonValue(before) && before !== undefined && after !== undefined) {
    if (canonicalJson(before) === canonicalJson(after)) return [];
  }
  return [
    {
      path,
      ...(before !== undefined && { before: isJsonValue(before) ? before : null }),
      ...(after !== undefined && { after }),
    },
  ];
}

function withoutBefore({ before: _before, ...difference }: FieldDifference): FieldDifference {
  return difference;
}
