import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type DynamoDBClient,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../../model/runtime.types.ts';
import { nameOf, noItems, storeError, storeProblem } from '../store-errors.ts';
import type { ItemValue, KeyRange } from '../table.ts';
import { fromItem, toItem, type Attributes } from './attribute-values.ts';
import { conditionOf, names, rangeOf, type Condition } from './expressions.ts';

/** A table with the keys `connection` and `item`, its client, and the dependencies of its calls. */
export interface ItemsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  /** Jitter of the backoff. Defaults to `Math.random`. */
  readonly random?: Random;
}

/** A stored item: its keys, and its other attributes as plain values. `bytes` has those that are bytes. */
export interface StoredItem {
  readonly partition: string;
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly bytes: Readonly<Record<string, Uint8Array>>;
}

/**
 * The items of one table, with conditions as DynamoDB expressions. Reads are consistent and complete, or throw
 * `StoreError`.
 */
export interface Items {
  readonly name: string;
  /** Sorted by sort key. */
  query(partition: string, range?: KeyRange): Promise<StoredItem[]>;
  /** One Query from the end of a range. */
  lastPage(
    partition: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): Promise<{ readonly items: readonly StoredItem[]; readonly before?: string | undefined }>;
  /** Number of items in a range. */
  count(partition: string, range: KeyRange): Promise<number>;
  /** The items that exist, in any order. */
  getMany(partition: string, keys: readonly string[]): Promise<StoredItem[]>;
  get(partition: string, key: string): Promise<StoredItem | undefined>;
  /** @returns whether the condition held; without one, true */
  put(partition: string, key: string, value: ItemValue, condition?: Condition): Promise<boolean>;
  /** @returns whether the condition held; without one, true */
  remove(partition: string, key: string, condition?: Condition): Promise<boolean>;
  /** The keys in an index, page by page; not consistent. */
  scanIndex(index: string): AsyncIterable<readonly StoredItem[]>;
}

/** BatchGetItem takes at most 100 keys. */
const batchSize = 100;
/** Rounds without any progress before a batch counts as failed: about six seconds. */
const idleRounds = 8;

export function openItems(options: ItemsOptions): Items {
  const { client, table, clock, random = Math.random } = options;

  const at = (call: string, partition?: string, key?: string) => ({
    call: `DynamoDB ${call}`,
    store: table,
    ...(partition !== undefined && { connection: partition }),
    ...(key !== undefined && { item: key }),
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

  async function* pages(
    partition: string,
    range: KeyRange | undefined,
    more?: Pick<QueryCommandInput, 'Select'>,
  ) {
    const { condition, values } = rangeOf(range);
    let start: Attributes | undefined;
    do {
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: `#connection = :connection${condition}`,
        ExpressionAttributeNames: names(`#connection${condition}`),
        ExpressionAttributeValues: toItem({ ':connection': partition, ...values }),
        ...(start && { ExclusiveStartKey: start }),
        ...more,
      });
      // oxlint-disable-next-line no-await-in-loop -- each page says where the next begins
      const page = await client.send(command).catch((error: unknown) => {
        throw storeError(error, at('Query', partition));
      });
      yield page;
      start = page.LastEvaluatedKey;
    } while (start);
  }

  async function batch(partition: string, wanted: readonly string[]): Promise<Attributes[]> {
    const where = at('BatchGetItem', partition);
    const found: Attributes[] = [];
    let keys = wanted.map((key) => keysOf(partition, key));
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
        const problem = `${left.length} of ${wanted.length} keys stayed unprocessed`;
        throw storeProblem('store-incomplete', where, problem);
      }
      keys = left;
      if (keys.length > 0) await clock.sleep(50 * 2 ** idle * (0.5 + random() / 2));
    }
    return found;
  }

  return {
    name: table,
    query: async (partition, range) => {
      const found: StoredItem[] = [];
      for await (const { Items: items } of pages(partition, range)) {
        if (!items) throw noItems(at('Query', partition));
        for (const item of items) found.push(stored(item));
      }
      return found;
    },
    lastPage: async (partition, { from, before }, limit) => {
      const { condition, values } = rangeOf({ from, to: before });
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: `#connection = :connection${condition}`,
        ExpressionAttributeNames: names(`#connection${condition}`),
        ExpressionAttributeValues: toItem({ ':connection': partition, ...values }),
        ScanIndexForward: false,
        // Excluded, whether an item with this key exists or not.
        ExclusiveStartKey: keysOf(partition, before),
        Limit: limit,
      });
      const where = at('Query', partition);
      const page = await client.send(command).catch((error: unknown) => {
        throw storeError(error, where);
      });
      if (!page.Items) throw noItems(where);
      return { items: page.Items.map(stored), before: page.LastEvaluatedKey?.['item']?.S };
    },
    count: async (partition, range) => {
      let count = 0;
      for await (const page of pages(partition, range, { Select: 'COUNT' })) {
        if (page.Count === undefined) throw noItems(at('Query', partition));
        count += page.Count;
      }
      return count;
    },
    getMany: async (partition, keys) => {
      const wanted = [...new Set(keys)];
      const found: StoredItem[] = [];
      for (let from = 0; from < wanted.length; from += batchSize) {
        const part = await batch(partition, wanted.slice(from, from + batchSize));
        found.push(...part.map(stored));
      }
      return found;
    },
    get: async (partition, key) => {
      const command = { TableName: table, Key: keysOf(partition, key), ConsistentRead: true };
      try {
        const answer = await client.send(new GetItemCommand(command));
        return answer.Item && stored(answer.Item);
      } catch (error) {
        throw storeError(error, at('GetItem', partition, key));
      }
    },
    put: (partition, key, value, condition) => {
      const command = new PutItemCommand({
        TableName: table,
        Item: { ...toItem(value), ...keysOf(partition, key) },
        ...conditionOf(condition),
      });
      return conditional(client.send(command), at('PutItem', partition, key));
    },
    remove: (partition, key, condition) => {
      const command = new DeleteItemCommand({
        TableName: table,
        Key: keysOf(partition, key),
        ...conditionOf(condition),
      });
      return conditional(client.send(command), at('DeleteItem', partition, key));
    },
    scanIndex: async function* (index) {
      const where = at(`Scan of index ${index}`);
      let start: Attributes | undefined;
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

function keysOf(partition: string, key: string): Attributes {
  return { connection: { S: partition }, item: { S: key } };
}

function stored(item: Attributes): StoredItem {
  const { connection, item: key, ...rest } = item;
  const bytes: Record<string, Uint8Array> = {};
  for (const name of Object.keys(rest)) {
    const value = rest[name]?.B;
    if (value !== undefined) bytes[name] = value;
  }
  return { partition: connection?.S ?? '', key: key?.S ?? '', value: fromItem(rest), bytes };
}
