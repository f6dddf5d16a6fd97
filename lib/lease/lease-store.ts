import * as z from 'zod/mini';
import { change } from '../table/change.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { Item, Table } from '../table/table.ts';
import { leaseSchema } from './lease-item.ts';
import type { LeaseItem } from './lease-item.ts';
import { decide, neverOwned } from './protocol.ts';
import type { LeaseDecision, LeaseEvent } from './protocol.ts';

/** The leases of connections. All methods throw `StoreError` if the store fails. */
export interface LeaseStore {
  /** The item as it is stored; undefined if there never was one. */
  read(connection: string): Promise<LeaseItem | undefined>;
  /**
   * Applies an event to the item, as `decide` says, in one atomic step.
   *
   * @param known - the item as the caller last saw it, to save a read; it is read if it has changed
   */
  change(connection: string, event: LeaseEvent, known?: LeaseItem): Promise<LeaseDecision>;
}

const key = 'lease';

/**
 * `LeaseStore` on a table. An acquisition costs a read and a put: on DynamoDB one GetItem more per pass than an update
 * expression. Events of the owner cost one put, as long as no other process changes the item.
 */
export function leaseStore(table: Table): LeaseStore {
  const parse = (connection: string, { rev, value }: Item): LeaseItem => {
    const parsed = leaseSchema.safeParse(value);
    if (parsed.success) return { rev, ...parsed.data };
    const where = { call: 'read', store: table.name, connection, item: key };
    const paths = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw storeProblem('store-malformed', where, `the item is not valid: ${paths}`);
  };

  return {
    read: async (connection) => {
      const item = await table.get(connection, key);
      return item && parse(connection, item);
    },
    change: async (connection, event, known) => {
      if (known) {
        const decision = decide(known, event);
        const { ok, item } = decision;
        const isNew = ok && item !== known;
        if (isNew && (await table.put(connection, key, z.encode(leaseSchema, item), known.rev))) {
          return { ok: true, item: { ...item, rev: known.rev + 1 } };
        }
      }
      return change<LeaseDecision>(table, connection, key, (stored) => {
        const found = stored ? parse(connection, stored) : neverOwned;
        const decision = decide(found, event);
        const { ok, item } = decision;
        if (!ok || item === found) return { result: decision };
        const value = z.encode(leaseSchema, item);
        return { value, result: { ok, item: { ...item, rev: item.rev + 1 } } };
      });
    },
  };
}
