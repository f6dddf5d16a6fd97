import { setImmediate } from 'node:timers/promises';
import {
  QueryCommand,
  type DynamoDBClient,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { toItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';
import type { KeyRange as Range } from '../table/table.ts';
import { names, rangeOf } from '../table/dynamodb/expressions.ts';
import { sendUnlessKnown, type KnownAnswer } from './known-answer.ts';
import { noItems, storeError } from '../table/store-errors.ts';
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
  const read = async (start: Item | undefined, place: number): Promise<Page<T>> => {
    const command = query(part, start);
    if (!memory) return { output: await client.send(command) };
    const known = (digest: string) => memory.known(place, digest);
    const answer = await sendUnlessKnown(client, command, known);
    if ('known' in answer) return answer;
    const { output, digest } = answer;
    return { output, remember: (page) => memory.note(place, digest, page) };
  };
  const nextOf = (page: Page<T>) =>
    'known' in page ? page.known.next : page.output.LastEvaluatedKey;
  for await (const page of inOrder(part, read, nextOf)) {
    if ('known' in page) yield* knownPage(page.known);
    else yield* newPage(part, page, reader);
  }
  reader.end();
}

/** How many items there are; reads all pages, sends no item. @throws StoreError */
export async function countItems(part: PartOfTable): Promise<number> {
  const read = (start: Item | undefined) =>
    part.client.send(query(part, start, { Select: 'COUNT' }));
  let count = 0;
  for await (const page of inOrder(part, read, ({ LastEvaluatedKey }) => LastEvaluatedKey)) {
    if (page.Count === undefined) throw noItems(queryOf(part));
    count += page.Count;
  }
  return count;
}

/** For an error: what was called, and where. */
const queryOf = ({ table, connection }: PartOfTable) => ({
  call: 'DynamoDB Query',
  store: table,
  connection,
});

type Page<T> = NewPage<T> | KnownAnswer<ReadPage<T>>;

interface NewPage<T> {
  readonly output: QueryCommandOutput;
  /** Where it is to be remembered. */
  readonly remember?: (page: ReadPage<T>) => void;
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
  part: PartOfTable,
  read: (start: Item | undefined, place: number) => Promise<P>,
  nextOf: (page: P) => Item | undefined,
): AsyncGenerator<P> {
  let places = 0;
  const begin = (start: Item | undefined) => {
    const page = read(start, places++).catch((error: unknown) => {
      throw storeError(error, queryOf(part));
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

function knownPage<T>({ taken }: ReadPage<T>): AsyncGenerator<readonly T[]> {
  return inPieces(taken.length, (from) => taken.slice(from, from + itemsAtOnce));
}

async function* newPage<T>(
  part: PartOfTable,
  { output: { Items: items, LastEvaluatedKey: next }, remember }: NewPage<T>,
  reader: PageReader<T>,
): AsyncGenerator<readonly T[]> {
  if (!items) throw noItems(queryOf(part));
  const whole: T[] = [];
  // What was taken is let go: two pages of each table may be there at the same time.
  yield* inPieces(items.length, () => {
    const piece = items.splice(0, itemsAtOnce).map((item) => reader.take(item));
    if (remember) whole.push(...piece);
    return piece;
  });
  remember?.({ taken: whole, next });
}

/**
 * A page may have a thousand items, and comes in pieces: what is done about those takes its time too, and where it is long
 * whatever else is under way gets its turn in between.
 */
async function* inPieces<T>(
  length: number,
  piece: (from: number) => readonly T[],
): AsyncGenerator<readonly T[]> {
  let since = performance.now();
  for (let from = 0; from < length; from += itemsAtOnce) {
    yield piece(from);
    if (from + itemsAtOnce >= length || performance.now() - since <= turnMs) continue;
    // oxlint-disable-next-line no-await-in-loop -- that others get on is the point
    await setImmediate();
    since = performance.now();
  }
}
