import { setImmediate } from 'node:timers/promises';
import {
  QueryCommand,
  type DynamoDBClient,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { toItem, type Item } from './attribute-values.ts';
import { names, rangeOf, type Range } from './expressions.ts';
import { sendUnlessKnown } from './known-answer.ts';
import { storeError } from './store-errors.ts';
import type { PageReader, ReadPage } from './stored-item.ts';

/** What a Query asks for: the items of a connection, in the order of the sort keys. */
export interface PartOfTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly connection: string;
  /** All, unless told. */
  readonly range?: Range | undefined;
}

/** Items of a page that come at a time. */
const itemsAtOnce = 50;
/** Milliseconds after which whatever else is under way gets its turn, in the middle of a page. */
const turnMs = 5;

/**
 * All pages, each item as `reader` takes it; a page that it knows as it was taken before.
 *
 * @throws StoreError if a page could not be read, and what the reader throws
 */
export async function* readPages<T>(
  part: PartOfTable,
  reader: PageReader<T>,
): AsyncGenerator<readonly T[]> {
  const { client } = part;
  const { memory } = reader;
  const read = async (start: Item | undefined): Promise<Page<T>> => {
    const command = query(part, start);
    if (!memory) return { output: await client.send(command) };
    return sendUnlessKnown(
      (one) => client.send(one),
      (body) => client.config.streamCollector(body),
      command,
      (digest) => memory.known(digest),
    );
  };
  const nextOf = (page: Page<T>) =>
    'known' in page ? page.known.next : page.output.LastEvaluatedKey;
  for await (const page of inOrder(part, read, nextOf)) {
    if ('known' in page) yield page.known.taken;
    else yield* taken(page, reader);
  }
  reader.end();
}

/** How many items there are; reads all pages, sends no item. @throws StoreError */
export async function countItems(part: PartOfTable): Promise<number> {
  const read = (start: Item | undefined) =>
    part.client.send(query(part, start, { Select: 'COUNT' }));
  let count = 0;
  for await (const page of inOrder(part, read, ({ LastEvaluatedKey }) => LastEvaluatedKey)) {
    count += page.Count ?? 0;
  }
  return count;
}

type Page<T> = NewPage | { readonly known: ReadPage<T> };

interface NewPage {
  readonly output: QueryCommandOutput;
  /** Where it is to be remembered. */
  readonly digest?: string;
}

function query(
  { table, connection, range }: PartOfTable,
  start: Item | undefined,
  more?: Pick<QueryCommandInput, 'Select'>,
): QueryCommand {
  const { condition, values } = rangeOf(range);
  return new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: `#connection = :connection${condition}`,
    ExpressionAttributeNames: names(`#connection${condition}`),
    ExpressionAttributeValues: toItem({ ':connection': connection, ...values }),
    ...(start && { ExclusiveStartKey: start }),
    ...more,
  });
}

/** The next page is on its way while one is worked on. */
async function* inOrder<P>(
  { table, connection }: PartOfTable,
  read: (start: Item | undefined) => Promise<P>,
  nextOf: (page: P) => Item | undefined,
): AsyncGenerator<P> {
  const begin = (start: Item | undefined) => {
    const page = read(start).catch((error: unknown) => {
      throw storeError(error, { call: 'DynamoDB Query', store: table, connection });
    });
    // Whoever awaits it is told; a page that nobody comes to is not unhandled.
    page.catch(() => undefined);
    return page;
  };
  let coming: Promise<P> | undefined = begin(undefined);
  while (coming) {
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next begins
    const page: P = await coming;
    const next = nextOf(page);
    coming = next && begin(next);
    yield page;
  }
}

/**
 * A page may have a thousand items, and comes in pieces: what is done about those takes its time too, and where it is long
 * whatever else is under way gets its turn in between.
 */
async function* taken<T>(
  { output: { Items: items = [], LastEvaluatedKey: next }, digest }: NewPage,
  reader: PageReader<T>,
): AsyncGenerator<readonly T[]> {
  const whole: T[] = [];
  let since = performance.now();
  while (items.length > 0) {
    // What was taken is let go: two pages of each table may be there at the same time.
    const piece = items.splice(0, itemsAtOnce).map((item) => reader.take(item));
    yield piece;
    if (digest !== undefined) whole.push(...piece);
    if (items.length === 0 || performance.now() - since <= turnMs) continue;
    // oxlint-disable-next-line no-await-in-loop -- that others get on is the point
    await setImmediate();
    since = performance.now();
  }
  if (digest !== undefined) reader.memory?.note(digest, { taken: whole, next });
}
