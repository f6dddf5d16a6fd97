import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KnownItems } from '../../lib/aws/known-items.ts';
import { openTable } from '../../lib/aws/table.ts';
import { TestClock } from '../contracts/test-clock.ts';
import { fault, tableWorld, type TableWorld } from './world.ts';

const TableName = 'Desired';
/** About three pages: DynamoDB ends one at 1 MB. */
const ids = Array.from({ length: 24 }, (_, index) => `server#${100 + index}`);
const large = 'x'.repeat(100_000);

let world: TableWorld;
beforeEach(async () => {
  world = await tableWorld({ maxAttempts: 3 });
  for (const id of ids) await write(id, 1);
});
afterEach(() => world.close());

const write = (item: string, n: number) =>
  world.client.send(
    new PutItemCommand({
      TableName,
      Item: { connection: { S: 'acme' }, item: { S: item }, n: { N: String(n) }, x: { S: large } },
    }),
  );

/** A table that remembers; each reading says its items, how many were looked at, and which were read anew. */
function remembering() {
  const table = openTable({ client: world.client, table: TableName, clock: new TestClock() });
  const known = new KnownItems<string>();
  return async () => {
    const read: string[] = [];
    let taken = 0;
    const reader = known.of('acme', ({ item, value }) => {
      read.push(item);
      return `${item} ${String(value['n'])}`;
    });
    const counting = {
      ...reader,
      take: (item: Parameters<typeof reader.take>[0]) => {
        taken += 1;
        return reader.take(item);
      },
    };
    const pages = await Array.fromAsync(table.pages('acme', counting));
    return { found: pages.flat(), pages: pages.length, taken, read };
  };
}

const all = ids.map((id) => `${id} 1`);

describe('pages of a table that were read before', () => {
  test('are asked for, and looked at only where their bytes differ', async () => {
    const read = remembering();
    expect(await read()).toEqual({ found: all, pages: 3, taken: ids.length, read: ids });
    const { Query: calls = 0 } = world.server.calls;
    expect(await read()).toEqual({ found: all, pages: 3, taken: 0, read: [] });
    expect(world.server.calls['Query']).toBe(2 * calls);

    const [first = '', last = ''] = [ids[0], ids.at(-1)];
    const lastChanged = [...all.slice(0, -1), `${last} 2`];
    await write(last, 2);
    const { taken, ...after } = await read();
    expect(after).toEqual({ found: lastChanged, pages: 3, read: [last] });
    expect(taken).toBeLessThan(ids.length / 2);
    await write(last, 1);
    await write(first, 2);
    expect(await read()).toMatchObject({ found: all.with(0, `${first} 2`), read: [first, last] });
  });

  test('are not given to the decoder', async () => {
    const read = remembering();
    await read();
    const { client } = world;
    const outputs: unknown[] = [];
    const send = client.send.bind(client) as (command: unknown) => Promise<{ Items?: unknown }>;
    client.send = async (command: unknown) => {
      const output = await send(command);
      outputs.push(output.Items);
      return output;
    };
    expect((await read()).found).toEqual(all);
    await write(ids[0] ?? '', 2);
    await read();
    // Three pages as before, the answer to the write, the first page anew.
    expect(outputs.map(Array.isArray)).toEqual([false, false, false, false, true, false, false]);
  });

  test('are found after an attempt that failed', async () => {
    const read = remembering();
    await read();
    let calls = 0;
    world.intercept = () =>
      (calls += 1) % 2 === 1 ? fault('ProvisionedThroughputExceededException') : undefined;
    expect(await read()).toMatchObject({ found: all, taken: 0 });
    expect(calls).toBe(6);
  });

  test('are not taken for an answer that is an error', async () => {
    const read = remembering();
    await read();
    world.intercept = () => fault('AccessDeniedException');
    await expect(read()).rejects.toMatchObject({ code: 'store-denied' });
    world.intercept = () => undefined;
    expect(await read()).toMatchObject({ found: all, taken: 0 });
  });

  test('are kept from a reading that did not come to its end', async () => {
    const read = remembering();
    let calls = 0;
    world.intercept = () => ((calls += 1) > 1 ? fault('AccessDeniedException') : undefined);
    await expect(read()).rejects.toMatchObject({ code: 'store-denied' });
    world.intercept = () => undefined;
    const { found, taken } = await read();
    expect(found).toEqual(all);
    expect(taken).toBeLessThan(ids.length);
  });

  test('are not taken for gone where an answer says nothing', async () => {
    const read = remembering();
    await read();
    world.intercept = () => ({ status: 200, body: {} });
    await expect(read()).rejects.toMatchObject({ code: 'store-incomplete' });
    world.intercept = () => undefined;
    expect(await read()).toMatchObject({ found: all, taken: 0 });
  });
});
