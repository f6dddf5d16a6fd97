import type { DesiredRow, DesiredStore } from '../reconcile/ports/desired-store.ts';
import { KnownItems } from './known-items.ts';
import { readingEach, type StoredItem } from './stored-item.ts';
import { openTable, type TableOptions } from './table.ts';

/** The sparse index of the table `Desired`: only rows with the attribute `provider` are in it. */
const index = 'provider';

/**
 * `DesiredStore` on the DynamoDB table `Desired`. Rows stand as they were written, less their partition key; what JSON
 * does not know (sets, binary, huge numbers) is a symbol, which no schema takes.
 */
export function desiredTable(
  options: TableOptions & {
    /** Keeps the rows of whole readings, and gives those that are the same again; not unless told. */
    readonly remember?: boolean;
  },
): DesiredStore {
  const table = openTable(options);
  const known = options.remember === true ? new KnownItems<DesiredRow>() : undefined;
  const pages = async function* (connection: string, ids?: readonly string[]) {
    if (ids === undefined) {
      yield* table.pages(connection, known?.of(connection, row) ?? readingEach(row));
      return;
    }
    const items = ids.filter((id) => id !== '').map((id) => `server#${id}`);
    yield (await table.batchGet(connection, ['connection', ...items])).map(row);
  };
  return {
    connections: async function* () {
      for await (const page of table.scanIndex(index)) {
        for (const { item, value } of page) {
          if (item === 'connection') yield String(value['connection']);
        }
      }
    },
    rows: async (connection, ids) => (await Array.fromAsync(pages(connection, ids))).flat(),
    pages,
    countServers: (connection) => table.count(connection, { prefix: 'server#' }),
  };
}

function row({ item, value }: StoredItem): DesiredRow {
  const { connection: _connection, item: _item, ...rest } = value;
  return { item, value: rest };
}
