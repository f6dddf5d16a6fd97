import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { readingEach, type PageMemory, type ReadPage } from '../../lib/aws/stored-item.ts';
import { openTable, type Table } from '../../lib/aws/table.ts';
import { TestClock } from '../contracts/test-clock.ts';
import { tableWorld, type TableWorld } from './world.ts';

const TableName = 'Desired';
const keys = Array.from({ length: 120 }, (_, index) => `server#${1000 + index}`);

interface Work {
  /** Milliseconds that each item takes to be read. */
  readonly reading?: number;
  /** Milliseconds that whoever asked for the items spends on each. */
  readonly using?: number;
  /** Whether the page was read before. */
  readonly known?: boolean;
}

function work(ms: number) {
  const start = performance.now();
  while (performance.now() - start < ms);
}

/** Remembers each page, as what its items were read to. */
function remembering(): PageMemory<string> {
  const pages = new Map<string, ReadPage<string>>();
  return {
    known: (place, digest) => pages.get(`${place} ${digest}`),
    note: (place, digest, page) => pages.set(`${place} ${digest}`, page),
  };
}

/** Reads a page of all keys. @returns them, and how many were there each time that others had their turn */
async function read(world: TableWorld, { reading = 0, using = 0, known = false }: Work) {
  for (let from = 0; from < keys.length; from += 25) {
    const puts = keys.slice(from, from + 25).map((item) => ({
      PutRequest: { Item: { connection: { S: 'acme' }, item: { S: item } } },
    }));
    await world.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
  }
  const table = openTable({ client: world.client, table: TableName, clock: new TestClock() });
  const taken: string[] = [];
  const turns: number[] = [];
  let isOver = false;
  const reader = {
    take: ({ item }: { item?: { S?: string } }) => {
      work(reading);
      return item?.S ?? '';
    },
    end: () => (isOver = true),
    ...(known && { memory: remembering() }),
  };
  if (known) await Array.fromAsync(table.pages('acme', reader));
  for await (const some of table.pages('acme', reader)) {
    taken.push(...some);
    setImmediate(() => turns.push(taken.length));
    work(using * some.length);
  }
  expect(isOver).toBe(true);
  return { taken, turns };
}

test.each<[string, Work]>([
  ['to read', { reading: 0.2 }],
  ['to whoever asked for it', { using: 0.2 }],
  ['to whoever asked for it, though it is known', { using: 0.2, known: true }],
])(
  'whatever else is under way gets its turn within a page that takes long %s, which comes whole and in order',
  async (_, slow) => {
    const world = await tableWorld();
    try {
      const { taken, turns } = await read(world, slow);
      expect(taken).toEqual(keys);
      expect(turns.slice(0, 2)).toEqual([50, 100]);
    } finally {
      await world.close();
    }
  },
);

const asItIs = readingEach((one) => one);

const reads: readonly [string, (table: Table) => Promise<unknown>, unknown][] = [
  ['a Query', (table) => table.query('acme'), []],
  ['a Query of pages', (table) => Array.fromAsync(table.pages('acme', asItIs)), []],
  ['a count', (table) => table.count('acme', { prefix: 'server#' }), 0],
  ['a BatchGetItem', (table) => table.batchGet('acme', ['server#1']), []],
  ['a Scan of an index', (table) => Array.fromAsync(table.scanIndex('provider')), [[]]],
];

test.each(reads)(
  '%s of an empty table finds nothing; an answer that says nothing at all is an error',
  async (_, ask, nothing) => {
    const world = await tableWorld();
    try {
      const table = openTable({ client: world.client, table: TableName, clock: new TestClock() });
      expect(await ask(table)).toEqual(nothing);
      world.intercept = () => ({ status: 200, body: {} });
      await expect(ask(table)).rejects.toMatchObject({
        code: 'store-incomplete',
        context: { store: TableName },
      });
    } finally {
      await world.close();
    }
  },
);
