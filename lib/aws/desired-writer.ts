import type { Writable } from '../table/table.ts';
import { still, type SeenRow } from './seen-row.ts';
import { openTable, type TableOptions } from './table.ts';

/** Writes rows of Desired, as a user does; a pass never does. */
export interface DesiredWriter {
  /** Puts a row, whatever stood there before. @throws StoreError */
  put(
    connection: string,
    item: string,
    values: { readonly [key: string]: Writable },
  ): Promise<void>;
  /**
   * Puts a row only if the one there still is as it was seen.
   *
   * @returns whether it was; `false`: somebody else wrote meanwhile, and nothing was
   * @throws StoreError
   */
  replace(
    connection: string,
    item: string,
    values: { readonly [key: string]: Writable },
    seen: SeenRow,
  ): Promise<boolean>;
  /** Removes a row only if it still is as it was seen. @returns whether it was @throws StoreError */
  removeSeen(connection: string, item: string, seen: SeenRow): Promise<boolean>;
  /** Removes a row: Trueup forgets the server, the vendor keeps it. @throws StoreError */
  remove(connection: string, item: string): Promise<void>;
}

/** `DesiredWriter` on the DynamoDB table `Desired`. */
export function desiredWriter(options: TableOptions): DesiredWriter {
  const table = openTable(options);
  return {
    put: async (connection, item, values) => {
      await table.put(connection, item, values);
    },
    replace: (connection, item, values, seen) => table.put(connection, item, values, still(seen)),
    removeSeen: (connection, item, seen) => table.remove(connection, item, still(seen)),
    remove: async (connection, item) => {
      await table.remove(connection, item, { expression: 'attribute_exists(#item)' });
    },
  };
}
