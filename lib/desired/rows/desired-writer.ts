import { openItems, type ItemsOptions } from '../../table/dynamodb/items.ts';
import type { ItemValue } from '../../table/table.ts';
import { still, type SeenRow } from './unchanged-condition.ts';

/** Writes rows of `Desired` on behalf of a user; a pass never does. */
export interface DesiredWriter {
  /** Puts a row, whatever was stored before. @throws StoreError */
  put(connection: string, item: string, value: ItemValue): Promise<void>;
  /**
   * Puts a row only if the stored one has not changed since it was read.
   *
   * @returns whether it was written; `false`: the row changed meanwhile
   * @throws StoreError
   */
  replace(connection: string, item: string, value: ItemValue, seen: SeenRow): Promise<boolean>;
  /** Removes a row only if it has not changed since it was read. @returns whether it was removed @throws StoreError */
  removeSeen(connection: string, item: string, seen: SeenRow): Promise<boolean>;
  /** Removes a row: the server is no longer managed, and stays at the vendor. @throws StoreError */
  remove(connection: string, item: string): Promise<void>;
}

/** `DesiredWriter` on the DynamoDB table `Desired`. */
export function desiredWriter(options: ItemsOptions): DesiredWriter {
  const items = openItems(options);
  return {
    put: async (connection, item, value) => {
      await items.put(connection, item, value);
    },
    replace: (connection, item, value, seen) => items.put(connection, item, value, still(seen)),
    removeSeen: (connection, item, seen) => items.remove(connection, item, still(seen)),
    remove: async (connection, item) => {
      await items.remove(connection, item);
    },
  };
}
