import { randomUUID } from 'node:crypto';
import { storeProblem } from '../store-errors.ts';
import { nextRevision } from '../table.ts';
import type { Item, Table } from '../table.ts';
import { openItems, type ItemsOptions, type StoredItem } from './items.ts';

export interface DynamoDbTableOptions extends ItemsOptions {
  /** Unique texts, one for each conditional put. Defaults to `crypto.randomUUID`. */
  readonly ids?: () => string;
}

/**
 * `Table` on a DynamoDB table with the keys `connection` and `item`. The revision is the attribute `rev`; `writeId`
 * identifies the put that wrote the item.
 */
export function dynamoDbTable(options: DynamoDbTableOptions): Table {
  const { ids = randomUUID } = options;
  const items = openItems(options);

  function item({ partition, key, value: all, bytes }: StoredItem): Item {
    const { rev = 0, writeId: _writeId, ...rest } = all;
    const value = Object.fromEntries(
      Object.entries(rest).filter(([name]) => !Object.hasOwn(bytes, name)),
    );
    if (typeof rev === 'number' && Number.isSafeInteger(rev) && rev >= 0) {
      return { key, rev, value, bytes };
    }
    const where = { call: 'DynamoDB read', store: items.name, connection: partition, item: key };
    throw storeProblem('store-malformed', where, 'rev is not a whole number');
  }

  return {
    name: items.name,
    query: async (partition, range) => (await items.query(partition, range)).map(item),
    lastPage: async (partition, range, limit) => {
      const { items: found, before } = await items.lastPage(partition, range, limit);
      return { items: found.map(item), ...(before !== undefined && { before }) };
    },
    getMany: async (partition, keys) => (await items.getMany(partition, keys)).map(item),
    get: async (partition, key) => {
      const found = await items.get(partition, key);
      return found && item(found);
    },
    put: async (partition, key, value, rev) => {
      if (rev === undefined) return items.put(partition, key, value);
      const writeId = ids();
      const condition =
        rev <= 0
          ? { expression: 'attribute_not_exists(#item)' }
          : { expression: '#rev = :rev', values: { ':rev': rev } };
      const next = { ...value, rev: nextRevision(rev), writeId };
      if (await items.put(partition, key, next, condition)) return true;
      // If the answer to a put is lost, the SDK repeats it, and the condition fails because of its own first attempt.
      const found = await items.get(partition, key);
      return found?.value['writeId'] === writeId;
    },
    remove: (partition, key, rev) =>
      items.remove(
        partition,
        key,
        rev === undefined
          ? undefined
          : {
              expression: 'attribute_not_exists(#item) OR #rev = :rev',
              values: { ':rev': rev },
            },
      ),
  };
}
