import type { Writable } from './attribute-values.ts';
import { openTable, type TableOptions } from './table.ts';

/** Writes rows of Desired, as a user does; a pass never does. */
export interface DesiredWriter {
  /** Puts a row, whatever stood there before. @throws StoreError */
  put(
    connection: string,
    item: string,
    values: { readonly [key: string]: Writable },
  ): Promise<void>;
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
    remove: async (connection, item) => {
      await table.remove(connection, item, { expression: 'attribute_exists(#item)' });
    },
  };
}
