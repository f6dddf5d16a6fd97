import type { Writable } from './attribute-values.ts';
import type { Condition } from './expressions.ts';
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
   * Puts a row only if the one there is still of the generation that was seen.
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
  /** Removes a row only if it is still of that generation. @returns whether it was @throws StoreError */
  removeSeen(connection: string, item: string, seen: SeenRow): Promise<boolean>;
  /** Removes a row: Trueup forgets the server, the vendor keeps it. @throws StoreError */
  remove(connection: string, item: string): Promise<void>;
}

/** What a row was like when it was read: not there, or with a generation, or without one. */
export type SeenRow = 'absent' | { readonly generation?: number };

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

/** The condition that a row is as it was seen. */
function still(seen: SeenRow): Condition {
  if (seen === 'absent') return { expression: 'attribute_not_exists(#item)' };
  const { generation } = seen;
  return generation === undefined
    ? {
        expression: 'attribute_exists(#item) AND NOT attribute_type(#generation, :number)',
        values: { ':number': 'N' },
      }
    : { expression: '#generation = :generation', values: { ':generation': generation } };
}
