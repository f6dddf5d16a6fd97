import type { DesiredRow, DesiredStore } from '../desired-store.types.ts';
import { openItems, type ItemsOptions, type StoredItem } from '../../table/dynamodb/items.ts';
import { newKeyPrefix, rowKey, serverKeyPrefix } from '../../model/names/server-key.ts';

/** The sparse index of the table `Desired`: only rows with the attribute `provider` are in it. */
const index = 'provider';

/** From `new#` to the last `server#`, in one call. `$` is the character after `#`. */
const serverRows = { from: newKeyPrefix, to: serverKeyPrefix.replace('#', '$') };

/**
 * `DesiredStore` on the DynamoDB table `Desired`. Rows are returned as written, without their keys. Values that JSON
 * does not have (sets, binary, huge numbers) are symbols, which no schema accepts. DynamoDB stores `1.10` and `00123`
 * as `1.1` and `123`, so how a number was written is lost; only lost digits can be detected.
 */
export function desiredTable(options: ItemsOptions): DesiredStore {
  const items = openItems(options);
  return {
    connections: async function* () {
      for await (const page of items.scanIndex(index)) {
        for (const { partition, key } of page) if (key === 'connection') yield partition;
      }
    },
    rows: async (connection, ids) => {
      if (ids === undefined) return (await items.query(connection)).map(row);
      const named = ids.filter((id) => id !== '').map((id) => rowKey(id));
      return (await items.getMany(connection, ['connection', ...named])).map(row);
    },
    countServers: (connection) => items.count(connection, serverRows),
  };
}

const row = ({ key, value }: StoredItem): DesiredRow => ({ item: key, value });
