import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { change } from '../../lib/table/change.ts';
import { nextRevision, revisionToWrite } from '../../lib/table/table.ts';
import type { Item, Table } from '../../lib/table/table.ts';

/** A table, and the same through another handle, as another process has it. */
export interface TestTable {
  readonly table: Table;
  readonly other: Table;
  readonly close: () => Promise<void> | void;
}

/** What every `Table` does. */
export function tableContract(name: string, open: () => Promise<TestTable>): void {
  describe(`${name}, as a table,`, () => {
    let world: TestTable;
    let table: Table;
    let other: Table;
    beforeEach(async () => {
      world = await open();
      ({ table, other } = world);
    });
    afterEach(() => world.close());

    const keysOf = (items: readonly Item[]) => items.map(({ key }) => key);

    test('gives back what was put, and to another handle', async () => {
      const value = {
        text: 'é “\u0000” 𝒳',
        empty: '',
        number: -1.5,
        large: 2 ** 53 - 1,
        yes: true,
        nothing: null,
        list: [1, [], {}, ['a', null]],
        map: { a: { 'b/c~': 'd' }, constructor: 'x' },
        ttl: 2_000_000_000,
      };
      const bytes = Uint8Array.of(0, 1, 255);
      expect(await table.put('acme', 'a', { ...value, bytes, gone: undefined })).toBe(true);
      const item = await other.get('acme', 'a');
      expect(item).toMatchObject({ key: 'a', rev: 0, value });
      expect(Object.keys(item?.value ?? {}).toSorted()).toEqual(Object.keys(value).toSorted());
      expect(Buffer.from(item?.bytes['bytes'] ?? [])).toEqual(Buffer.from(bytes));
      expect(await table.get('acme', 'b')).toBeUndefined();
      expect(await table.get('other', 'a')).toBeUndefined();
    });

    test('gives the end of a range page by page, in descending order', async () => {
      for (const key of ['a#1', 'b#1', 'b#2', 'b#é', 'c#1']) await table.put('acme', key, { key });
      await table.put('other', 'b#3', {});
      const range = { from: 'b#', before: 'b$' };
      const last = await other.lastPage('acme', range, 2);
      expect(keysOf(last.items)).toEqual(['b#é', 'b#2']);
      expect(last.items[0]?.value).toEqual({ key: 'b#é' });
      const next = await other.lastPage('acme', { from: 'b#', before: last.before ?? '' }, 2);
      expect(keysOf(next.items)).toEqual(['b#1']);
      expect(next.before).toBeUndefined();
      expect(
        keysOf((await table.lastPage('acme', { from: 'b#2', before: 'b#é' }, 9)).items),
      ).toEqual(['b#2']);
      expect(await table.lastPage('acme', { from: 'd', before: 'e' }, 9)).toEqual({ items: [] });
    });

    test('a put without a revision replaces the whole item', async () => {
      await table.put('acme', 'a', { one: 1, bytes: Uint8Array.of(1) });
      expect(await other.put('acme', 'a', { two: 2 })).toBe(true);
      const item = await table.get('acme', 'a');
      expect(item).toMatchObject({ value: { two: 2 }, bytes: {} });
      expect(Object.keys(item?.value ?? {})).toEqual(['two']);
    });

    test('a put under revision 0 makes an item, and does not replace one', async () => {
      expect(await table.put('acme', 'a', { by: 'one' }, 0)).toBe(true);
      expect(await other.put('acme', 'a', { by: 'two' }, 0)).toBe(false);
      expect(await table.get('acme', 'a')).toMatchObject({ rev: 1, value: { by: 'one' } });
      await table.put('acme', 'b', { by: 'one' });
      expect(await other.put('acme', 'b', { by: 'two' }, 0)).toBe(false);
    });

    test('an item that is removed and made again has revisions that it never had', async () => {
      await table.put('acme', 'a', { n: 1 }, revisionToWrite(0, 1000));
      const old = (await table.get('acme', 'a'))?.rev ?? 0;
      expect(old).toBe(nextRevision(-1000));
      await table.remove('acme', 'a', old);
      expect(await table.put('acme', 'a', { n: 2 }, revisionToWrite(0, 5000))).toBe(true);
      expect(await table.put('acme', 'a', { n: 3 }, revisionToWrite(0, 6000))).toBe(false);
      expect(await other.put('acme', 'a', { n: 3 }, old)).toBe(false);
      expect(await other.remove('acme', 'a', old)).toBe(false);
      expect(await table.get('acme', 'a')).toMatchObject({ rev: 5001, value: { n: 2 } });
    });

    test('a put under a revision replaces just that one, and counts up', async () => {
      await table.put('acme', 'a', { n: 1, more: true }, 0);
      expect(await other.put('acme', 'a', { n: 2 }, 1)).toBe(true);
      expect(await table.put('acme', 'a', { n: 3 }, 1)).toBe(false);
      expect(await table.put('acme', 'a', { n: 3 }, 3)).toBe(false);
      expect(await table.put('acme', 'b', { n: 3 }, 1)).toBe(false);
      const item = await table.get('acme', 'a');
      expect(item).toEqual({ key: 'a', rev: 2, value: { n: 2 }, bytes: {} });
      expect(await table.get('acme', 'b')).toBeUndefined();
    });

    test('a remove under a revision removes just that one; an item that is gone is fine', async () => {
      await table.put('acme', 'a', {}, 0);
      await table.put('acme', 'a', {}, 1);
      expect(await other.remove('acme', 'a', 1)).toBe(false);
      expect(await other.remove('acme', 'a', 0)).toBe(false);
      expect(keysOf(await table.query('acme'))).toEqual(['a']);
      expect(await other.remove('acme', 'a', 2)).toBe(true);
      expect(await table.remove('acme', 'a', 2)).toBe(true);
      expect(await table.query('acme')).toEqual([]);
    });

    test('a remove without a revision removes what there is', async () => {
      await table.put('acme', 'a', {});
      await table.put('acme', 'b', {}, 0);
      await table.put('globex', 'a', {});
      for (const key of ['a', 'b', 'c']) expect(await other.remove('acme', key)).toBe(true);
      expect(await table.query('acme')).toEqual([]);
      expect(keysOf(await table.query('globex'))).toEqual(['a']);
    });

    test('a query has the items of a range, in the order of their UTF-8 bytes', async () => {
      const sorted = [
        'a',
        'b',
        'b!',
        'b#',
        'b#"%_',
        'b#1',
        'b#10',
        'b#é',
        'b#\uFFFD',
        'b#𝒳',
        'b$',
        'c',
      ];
      for (const key of sorted.toReversed()) await table.put('acme', key, { key });
      await table.put('globex', 'b#1', {});
      const query = async (range?: Parameters<Table['query']>[1]) =>
        keysOf(await other.query('acme', range));
      expect(await query()).toEqual(sorted);
      expect(await query({ prefix: 'b#' })).toEqual(sorted.slice(3, 10));
      expect(await query({ prefix: 'b#1' })).toEqual(['b#1', 'b#10']);
      expect(await query({ prefix: 'd' })).toEqual([]);
      expect(await query({ from: 'b', to: 'b#' })).toEqual(['b', 'b!', 'b#']);
      expect(await query({ from: 'b', to: 'b$' })).toEqual(sorted.slice(1, 11));
    });

    test('a query reads all, also of many and large items', async () => {
      const large = 'x'.repeat(100_000);
      const ids = Array.from({ length: 24 }, (_, index) => String(100 + index));
      for (const id of ids) await table.put('acme', id, { id, large });
      const items = await other.query('acme');
      expect(items.map(({ value }) => value['id'])).toEqual(ids);
    });

    test('many are got by their keys, those that there are', async () => {
      const keys = Array.from({ length: 120 }, (_, index) => `server#${index}`);
      for (const key of keys.slice(10)) await table.put('acme', key, { key });
      const found = await other.getMany('acme', [...keys, ...keys.slice(-10)]);
      expect(keysOf(found).toSorted()).toEqual(keys.slice(10).toSorted());
      expect(await table.getMany('acme', [])).toEqual([]);
    });

    describe('a change', () => {
      test('makes, replaces and removes an item, or leaves it as it is', async () => {
        const made = await change(table, 'acme', 'a', (item) => ({
          value: { n: 1 },
          result: item,
        }));
        expect(made).toBeUndefined();
        const n = await change(other, 'acme', 'a', (item) => ({ result: item?.value['n'] }));
        expect(n).toBe(1);
        await change(other, 'acme', 'a', () => ({ value: { n: 2 }, result: undefined }));
        expect(await table.get('acme', 'a')).toMatchObject({ rev: 2, value: { n: 2 } });
        await change(table, 'acme', 'a', () => ({ value: 'remove', result: undefined }));
        await change(table, 'acme', 'a', () => ({ value: 'remove', result: undefined }));
        expect(await table.query('acme')).toEqual([]);
      });

      test('of many at once loses none', async () => {
        const add = (to: Table) =>
          change(to, 'acme', 'a', (item) => {
            const n = Number(item?.value['n'] ?? 0) + 1;
            return { value: { n }, result: n };
          });
        const results = await Promise.all([table, other, table, other, table, other].map(add));
        expect(results.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await table.get('acme', 'a')).toMatchObject({ rev: 6, value: { n: 6 } });
      });

      test('starts over if the item was changed or removed in between', async () => {
        const seen: unknown[] = [];
        await table.put('acme', 'a', { n: 1 }, 0);
        const between = [
          () => table.put('acme', 'a', { n: 2 }, 1),
          () => table.remove('acme', 'a', 2),
          () => table.put('acme', 'a', { n: 3 }, 0),
        ];
        const busy: Table = {
          ...table,
          put: async (...args) => {
            await between.shift()?.();
            return table.put(...args);
          },
        };
        await change(busy, 'acme', 'a', (item) => {
          seen.push(item?.value['n']);
          return { value: { n: 4 }, result: undefined };
        });
        expect(seen).toEqual([1, 2, undefined, 3]);
        expect(await table.get('acme', 'a')).toMatchObject({ value: { n: 4 } });
      });

      test('gives up on an item that has no revision, or that never stays', async () => {
        await table.put('acme', 'a', {});
        const again = () => change(table, 'acme', 'a', () => ({ value: {}, result: undefined }));
        await expect(again()).rejects.toMatchObject({ code: 'store-malformed' });
        const busy: Table = { ...table, get: async () => undefined, put: async () => false };
        const never = change(busy, 'acme', 'a', () => ({ value: {}, result: undefined }));
        await expect(never).rejects.toMatchObject({ code: 'store-busy' });
      });
    });
  });
}
