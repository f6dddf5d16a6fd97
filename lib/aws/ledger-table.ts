import { randomUUID } from 'node:crypto';
import type { Pause, ServerRecord } from '../core/ledger.types.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';
import { LostUpdateError } from '../reconcile/ports/store-error.ts';
import { heldItems } from './held-items.ts';
import { historyItems } from './history-items.ts';
import { historyReader } from './history-reader.ts';
import { MalformedItem } from './item-reader.ts';
import { idIn, keys, passRange } from './ledger-keys.ts';
import { marksIn, resendItems } from './resend-items.ts';
import { pauseOf, serverAttributes, serverRecord } from './server-item.ts';
import { storeProblem, type StoreErrorCode } from './store-errors.ts';
import { openTable, type StoredItem, type TableOptions } from './table.ts';

export interface LedgerOptions extends TableOptions {
  /** Unique texts: every write carries one. `crypto.randomUUID` unless told. */
  readonly ids?: () => string;
}

/**
 * `Ledger` on the DynamoDB table `Ledger`; `ledger-keys.ts` lists its items. A server item that is not as Trueup wrote
 * it fails its connection's pass with a `StoreError` that names the item, and no other's.
 */
export function ledgerTable(options: LedgerOptions): Ledger {
  const { clock, ids = randomUUID } = options;
  const table = openTable(options);

  const malformed = (code: StoreErrorCode, call: string, connection: string, item: string) => {
    const where = { call: `DynamoDB ${call}`, store: table.name, connection, item };
    return (error: unknown) =>
      error instanceof MalformedItem ? storeProblem(code, where, error.message) : error;
  };

  const lost = (connection: string, item: string) =>
    new LostUpdateError('lost-update', `${item} of ${connection} was written by somebody else`, {
      context: { table: table.name, connection, item },
    });

  return {
    read: async (connection, wanted) => {
      const pauses: Pause[] = [];
      const servers = new Map<string, ServerRecord>();
      const resend = new Map<string, ReadonlySet<string>>();
      const take = (stored: StoredItem) => {
        const { item } = stored;
        const [paused, server, marked] = [
          idIn(item, 'pause#'),
          idIn(item, 'server#'),
          idIn(item, 'resend#'),
        ];
        if (item === keys.pause || paused !== undefined) pauses.push(pauseOf(paused, stored));
        try {
          if (server !== undefined) servers.set(server, serverRecord(server, stored));
          const marks = marked === undefined ? undefined : marksIn(stored);
          if (marked !== undefined && marks && marks.size > 0) resend.set(marked, marks);
        } catch (error) {
          throw malformed('store-malformed', 'read', connection, item)(error);
        }
      };
      if (wanted === undefined) {
        for await (const page of table.pages(connection, passRange)) page.forEach(take);
      } else {
        const items = await table.batchGet(connection, [
          keys.pause,
          ...wanted.flatMap((id) => [keys.pauseOf(id), keys.resend(id), keys.server(id)]),
        ]);
        items.forEach(take);
      }
      return { pauses, servers, resend };
    },

    writeServer: async (connection, record) => {
      const item = keys.server(record.id);
      const next = { ...record, rev: record.rev + 1 };
      const writeId = ids();
      const condition =
        record.rev === 0
          ? { expression: 'attribute_not_exists(#item)' }
          : { expression: '#rev = :rev', values: { ':rev': record.rev } };
      const values = attributes(next, malformed('store-too-large', 'PutItem', connection, item));
      if (await table.put(connection, item, { ...values, writeId }, condition)) return next;
      // A write that was applied, and repeated because its answer was lost, fails on its own first attempt.
      const found = await table.get(connection, item);
      if (found?.value['writeId'] === writeId) return next;
      throw lost(connection, item);
    },

    forgetServer: async (connection, record) => {
      const item = keys.server(record.id);
      const condition = {
        expression: 'attribute_not_exists(#item) OR #rev = :rev',
        values: { ':rev': record.rev },
      };
      if (!(await table.remove(connection, item, condition))) throw lost(connection, item);
    },

    pause: async (connection, { id, ...pause }) => {
      await table.put(connection, pauseKey(id), { ...pause });
    },

    resume: async (connection, id) => {
      await table.remove(connection, pauseKey(id), { expression: 'attribute_exists(#item)' });
    },

    ...resendItems(options, table),
    ...historyItems(table, ids),
    ...historyReader(table, clock),
    ...heldItems(table, clock, ids),
  };
}

const pauseKey = (id: string | undefined) => (id === undefined ? keys.pause : keys.pauseOf(id));

function attributes(record: ServerRecord, problem: (error: unknown) => unknown) {
  try {
    return serverAttributes(record);
  } catch (error) {
    throw problem(error);
  }
}
