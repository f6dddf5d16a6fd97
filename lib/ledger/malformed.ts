import type * as z from 'zod/mini';
import type { StoreError } from '../model/errors/store-error.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { Table } from '../table/table.ts';

/** The error for an item that does not have the form in which Trueup writes it. */
export function malformed(
  { name }: Pick<Table, 'name'>,
  connection: string,
  item: string,
  problem: string,
): StoreError {
  const at = { call: 'ledger read', store: name, connection, item };
  return storeProblem('store-malformed', at, problem);
}

/** The place of the first issue, such as `applied./name.at`; has no value. */
export function placeOf({ issues }: z.core.$ZodError): string {
  return issues[0]?.path.map(String).join('.') || 'the item';
}
