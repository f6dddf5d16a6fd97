import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../reconcile/ports/runtime.ts';
import { toItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';
import type { Writable } from '../table/table.ts';
import type { KeyRange as Range } from '../table/table.ts';
import { conditionOf, names, type Condition } from '../table/dynamodb/expressions.ts';
import { countItems, readPages } from './query-pages.ts';
import { nameOf, noItems, storeError, storeProblem } from '../table/store-errors.ts';
import { readingEach, stored, type PageReader, type StoredItem } from './stored-item.ts';

/** A table with the keys `connection` and `item`, its client, and what its calls need from outside. */
export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  /** Jitter of the backoff; `Math.random` unless told. */
  readonly random?: Random;
}

/** Calls of one table. Reads are consistent and complete, or they throw `StoreError`. */
export interface Table {
  readonly name: string;
  /** All pages, in the order of the sort keys. */
  query(connection: string, range?: Range): Promise<StoredItem[]>;
  /**
   * The same page by page, each item as `reader` takes it. The next page is on its way while one is worked on. A page may
   * have a thousand items: where they take long it comes in pieces, and whatever else is under way gets its turn in between.
   */
  pages<T>(connection: string, reader: PageReader<T>, range?: Range): AsyncIterable<readonly T[]>;
  /** How many items a range has; reads all of its pages, sends none. */
  count(connection: string, range: Range): Promise<number>;
  /** The items there are of those keys, in no order. */
  batchGet(connection: string, items: readonly string[]): Promise<StoredItem[]>;
  get(connection: string, item: string): Promise<StoredItem | undefined>;
  /** @returns whether the condition held; without one, true */
  put(
    connection: string,
    item: string,
    values: { readonly [key: string]: Writable },
    condition?: Condition,
  ): Promise<boolean>;
  /** Sets attributes of an item. @returns whether the condition held */
  set(
    connection: string,
    item: string,
    values: { readonly [key: string]: Writable },
    condition: Condition,
  ): Promise<boolean>;
  /** @returns whether the condition held */
  remove(connection: string, item: string, condition: Condition): Promise<boolean>;
  /** The keys in an index, page by page; not consistent, as no index is. */
  scanIndex(index: string): AsyncIterable<readonly StoredItem[]>;
}

const asItIs = readingEach((one) => one);

/** BatchGetItem takes at most 100 keys. */
const batchSize = 100;
/** Rounds without any progress before a batch counts as failed: about six seconds. */
const idleRounds = 8;

export function openTable(options: TableOptions): Table {
  const { client, table, clock, random = Math.random } = options;

  const at = (call: string, connection?: string, item?: string) => ({
    call: `DynamoDB ${call}`,
    store: table,
    ...(connection !== undefined && { connection }),
    ...(item !== undefined && { item }),
  });

  async function conditional(write: Promise<unknown>, where: ReturnType<typeof at>) {
    try {
      await write;
      return true;
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') return false;
      throw storeError(error, where);
    }
  }

  const partOf = (connection: string, range: Range | undefined) => ({
    client,
    table,
    connection,
    range,
  });

  async function batch(connection: string, items: readonly string[]): Promise<Item[]> {
    const where = at('BatchGetItem', connection);
    const found: Item[] = [];
    let keys = items.map((item) => key(connection, item));
    let idle = 0;
    while (keys.length > 0) {
      const request = { [table]: { Keys: keys, ConsistentRead: true } };
      const answer = await client
        .send(new BatchGetItemCommand({ RequestItems: request }))
        .catch((error: unknown) => {
          throw storeError(error, where);
        });
      const some = answer.Responses?.[table];
      const left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      if (!some && left.length === 0) throw noItems(where);
      found.push(...(some ?? []));
      idle = left.length < keys.length ? 0 : idle + 1;
      if (idle >= idleRounds) {
        const problem = `${left.length} of ${items.length} keys stayed unprocessed`;
        throw storeProblem('store-incomplete', where, problem);
      }
      keys = left;
      if (keys.length > 0) await clock.sleep(50 * 2 ** idle * (0.5 + random() / 2));
    }
    return found;
  }

  return {
    name: table,
    query: async (connection, range) =>
      (await Array.fromAsync(readPages(partOf(connection, range), asItIs))).flat(),
    pages: (connection, reader, range) => readPages(partOf(connection, range), reader),
    count: (connection, range) => countItems(partOf(connection, range)),
    batchGet: async (connection, items) => {
      const wanted = [...new Set(items)];
      const found: StoredItem[] = [];
      for (let from = 0; from < wanted.length; from += batchSize) {
        const part = await batch(connection, wanted.slice(from, from + batchSize));
        found.push(...part.map(stored));
      }
      return found;
    },
    get: async (connection, item) => {
      const command = { TableName: table, Key: key(connection, item), ConsistentRead: true };
      try {
        const answer = await client.send(new GetItemCommand(command));
        return answer.Item && stored(answer.Item);
      } catch (error) {
        throw storeError(error, at('GetItem', connection, item));
      }
    },
    put: (connection, item, values, condition) => {
      const command = new PutItemCommand({
        TableName: table,
        Item: { ...toItem(values), ...key(connection, item) },
        ...conditionOf(condition),
      });
      return conditional(client.send(command), at('PutItem', connection, item));
    },
    set: (connection, item, values, condition) => {
      const sets = Object.keys(values).map((name) => `#${name} = :set_${name}`);
      const update = `SET ${sets.join(', ')}`;
      const command = new UpdateItemCommand({
        TableName: table,
        Key: key(connection, item),
        UpdateExpression: update,
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: names(`${update} ${condition.expression}`),
        ExpressionAttributeValues: toItem({
          ...condition.values,
          ...Object.fromEntries(
            Object.entries(values).map(([name, value]) => [`:set_${name}`, value]),
          ),
        }),
      });
      return conditional(client.send(command), at('UpdateItem', connection, item));
    },
    remove: (connection, item, condition) => {
      const command = new DeleteItemCommand({
        TableName: table,
        Key: key(connection, item),
        ...conditionOf(condition),
      });
      return conditional(client.send(command), at('DeleteItem', connection, item));
    },
    scanIndex: async function* (index) {
      const where = at(`Scan of index ${index}`);
      let start: Item | undefined;
      do {
        const command = new ScanCommand({
          TableName: table,
          IndexName: index,
          ...(start && { ExclusiveStartKey: start }),
        });
        const page = await client.send(command).catch((error: unknown) => {
          throw storeError(error, where);
        });
        if (!page.Items) throw noItems(where);
        yield page.Items.map(stored);
        start = page.LastEvaluatedKey;
      } while (start);
    },
  };
}

function key(connection: string, item: string): Item {
  return { connection: { S: connection }, item: { S: item } };
}
