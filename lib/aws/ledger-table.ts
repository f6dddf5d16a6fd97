import { randomUUID } from 'node:crypto';
import type { ServerRecord } from '../core/ledger.types.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';
import { LostUpdateError } from '../reconcile/ports/store-error.ts';
import { heldItems } from './held-items.ts';
import { historyItems } from './history-items.ts';
import { historyReader } from './history-reader.ts';
import { MalformedItem } from './item-reader.ts';
import { KnownItems } from './known-items.ts';
import { keys, passRange } from './ledger-keys.ts';
import { ledgerItem, ledgerState, type LedgerItem } from './ledger-state.ts';
import { resendItems } from './resend-items.ts';
import { serverAttributes } from './server-item.ts';
import { storeProblem } from '../table/store-errors.ts';
import { readingEach, type StoredItem } from './stored-item.ts';
import { openTable, type TableOptions } from './table.ts';

export interface LedgerOptions extends TableOptions {
  /** Unique texts: every write carries one. `crypto.randomUUID` unless told. */
  readonly ids?: () => string;
  /** Keeps the items of whole readings, and gives those that are the same again; not unless told. */
  readonly remember?: boolean;
}

/**
 * `Ledger` on the DynamoDB table `Ledger`; `ledger-keys.ts` lists its items. A server item that is not as Trueup wrote
 * it fails its connection's pass with a `StoreError` that names the item, and no other's.
 */
export function ledgerTable(options: LedgerOptions): Ledger {
  const { clock, ids = randomUUID } = options;
  const table = openTable(options);
  const known = options.remember === true ? new KnownItems<LedgerItem>() : undefined;

  const tooLarge = (connection: string, item: string) => (error: unknown) => {
    const where = { call: 'DynamoDB PutItem', store: table.name, connection, item };
    return error instanceof MalformedItem
      ? storeProblem('store-too-large', where, error.message)
      : error;
  };

  const lost = (connection: string, item: string) =>
    new LostUpdateError('lost-update', `${item} of ${connection} was written by somebody else`, {
      context: { table: table.name, connection, item },
    });

  return {
    read: async (connection, wanted) => {
      const read = (stored: StoredItem) => ledgerItem(table.name, connection, stored);
      if (wanted === undefined) {
        const reader = known?.of(connection, read) ?? readingEach(read);
        return ledgerState(
          (await Array.fromAsync(table.pages(connection, reader, passRange))).flat(),
        );
      }
      const items = await table.batchGet(connection, [
        keys.pause,
        ...wanted.flatMap((id) => [keys.pauseOf(id), keys.resend(id), keys.server(id)]),
      ]);
      return ledgerState(items.map(read));
    },

    writeServer: async (connection, record) => {
      const item = keys.server(record.id);
      const next = { ...record, rev: record.rev + 1 };
      const writeId = ids();
      const condition =
        record.rev === 0
          ? { expression: 'attribute_not_exists(#item)' }
          : { expression: '#rev = :rev', values: { ':rev': record.rev } };
      const values = attributes(next, tooLarge(connection, item));
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
