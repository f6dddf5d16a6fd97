import type * as z from 'zod/mini';
import type { StoreError } from '../model/errors/store-error.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { Table } from '../table/table.ts';

/** An item that is not as Trueup writes it. */
export function malformed(
  { name }: Pick<Table, 'name'>,
  connection: string,
  item: string,
  problem: string,
): StoreError {
  const at = { call: 'ledger read', store: name, connection, item };
  return storeProblem('store-malformed', at, problem);
}

/** Where in an item, such as `applied./name.at`; no value. */
export function placeOf({ issues }: z.core.$ZodError): string {
  return issues[0]?.path.map(String).join('.') || 'the item';
}
