import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  fromItem,
  isItem,
  toItem,
  type Attributes as Item,
} from '../../lib/table/dynamodb/attribute-values.ts';
import type { Writable } from '../../lib/table/table.ts';
import { KnownItems } from '../../lib/aws/known-items.ts';
import { stored, type StoredItem } from '../../lib/aws/stored-item.ts';
import { isDeepStrictEqual } from 'node:util';
import { object as jsonObject } from '../core/support/arbitraries.ts';

const itemOf = (values: object): Item => toItem(values as { [key: string]: Writable });

describe('whether an item is what it was', () => {
  test('is so just where it reads the same', () => {
    fc.assert(
      fc.property(jsonObject, jsonObject, (one, other) => {
        const values = fromItem(itemOf(other));
        expect(isItem(itemOf(other), values)).toBe(true);
        expect(isItem(itemOf(one), values)).toBe(isDeepStrictEqual(fromItem(itemOf(one)), values));
      }),
    );
  });

  test.each<[string, AttributeValue, AttributeValue]>([
    ['a number written in another way', { N: '1.50' }, { N: '15e-1' }],
    ['text', { S: 'a' }, { S: 'a' }],
    ['null', { NULL: true }, { NULL: true }],
  ])('%s is the same', (_, before, now) => {
    expect(isItem({ x: now }, fromItem({ x: before }))).toBe(true);
  });

  test.each<[string, AttributeValue, AttributeValue]>([
    ['a number and its text', { N: '1' }, { S: '1' }],
    ['null and false', { NULL: true }, { BOOL: false }],
    ['an empty list and an empty map', { L: [] }, { M: {} }],
    ['a longer list', { L: [{ S: 'a' }] }, { L: [{ S: 'a' }, { S: 'b' }] }],
    [
      'a map with one attribute more',
      { M: { a: { S: 'a' } } },
      { M: { a: { S: 'a' }, b: { S: 'b' } } },
    ],
    [
      'a map with an attribute that every object has',
      { M: { a: { S: 'a' } } },
      { M: { toString: { S: 'a' } } },
    ],
    ['binary', { B: Uint8Array.of(1) }, { B: Uint8Array.of(1) }],
    ['a set', { SS: ['a'] }, { SS: ['a'] }],
    ['a number beyond JSON', { N: '12345678901234567890123' }, { N: '12345678901234567890123' }],
    ['a number beyond JSON, within', { M: { n: { N: '1e400' } } }, { M: { n: { N: '1e400' } } }],
  ])('%s is not', (_, before, now) => {
    expect(isItem({ x: now }, fromItem({ x: before }))).toBe(false);
  });

  test('what the SDK makes of an attribute of an unknown type never is', () => {
    const unknown = { ['x']: undefined } as unknown as Item;
    expect(isItem(unknown, fromItem(unknown))).toBe(false);
  });
});

/** The bytes of a page, in the place of their digest. */
const shownBytes = (page: readonly Item[]) => JSON.stringify(page);

describe('known items', () => {
  const row = (id: string, values: object) => itemOf({ connection: 'acme', item: id, ...values });
  /** Reads pages of so many items each, as a Query does. */
  const readAll = (
    known: KnownItems<StoredItem>,
    items: readonly Item[],
    { isWhole = true, pageSize = 2 } = {},
  ) => {
    const read: string[] = [];
    const taken: string[] = [];
    const reader = known.of('acme', (one) => {
      read.push(one.item);
      return one;
    });
    const found: StoredItem[] = [];
    for (let place = 0; place * pageSize < items.length; place += 1) {
      const page = items.slice(place * pageSize, (place + 1) * pageSize);
      const before = reader.memory?.known(place, shownBytes(page))?.taken;
      const now = before ?? page.map((one) => reader.take(one));
      if (!before) {
        taken.push(...page.map((one) => one['item']?.S ?? ''));
        reader.memory?.note(place, shownBytes(page), { taken: now, next: undefined });
      }
      found.push(...now);
    }
    if (isWhole) reader.end();
    return { read, taken, found };
  };

  test('are read once, and again where they differ', () => {
    const known = new KnownItems<StoredItem>();
    const [a, b] = [row('a', { n: 1 }), row('b', { list: ['x'] })];
    const { found } = readAll(known, [a, b]);
    const again = readAll(known, structuredClone([a, row('b', { list: ['y'] })]));
    expect(again.read).toEqual(['b']);
    expect(again.found[0]).toBe(found[0]);
    expect(again.found[1]?.value['list']).toEqual(['y']);
  });

  test('are forgotten once a whole reading did not meet them', () => {
    const known = new KnownItems<StoredItem>();
    readAll(known, [row('a', { n: 1 }), row('b', { n: 1 })]);
    readAll(known, [row('a', { n: 2 })], { isWhole: false });
    expect(readAll(known, [row('a', { n: 2 })]).read).toEqual([]);
    expect(readAll(known, [row('b', { n: 1 })]).read).toEqual(['b']);
  });

  test('come as a page where its bytes are the same, and are not looked at', () => {
    const known = new KnownItems<StoredItem>();
    const all = ['a', 'b', 'c', 'd'].map((id) => row(id, { n: 1 }));
    expect(readAll(known, all).taken).toEqual(['a', 'b', 'c', 'd']);
    expect(readAll(known, all)).toMatchObject({ taken: [], read: [] });
    const changed = all.with(2, row('c', { n: 2 }));
    expect(readAll(known, changed)).toMatchObject({ taken: ['c', 'd'], read: ['c'] });
    expect(readAll(known, changed)).toMatchObject({ taken: [], read: [] });
    // That page was forgotten, and its item with it.
    expect(readAll(known, all)).toMatchObject({ taken: ['c', 'd'], read: ['c'] });
  });

  test('are kept where their page was known', () => {
    const known = new KnownItems<StoredItem>();
    const all = ['a', 'b', 'c', 'd'].map((id) => row(id, { n: 1 }));
    for (const _ of [1, 2, 3]) readAll(known, all);
    expect(readAll(known, all, { pageSize: 4 })).toMatchObject({ read: [] });
  });

  test('of a page that was not read to its end are not known as one', () => {
    const known = new KnownItems<StoredItem>();
    const [a, b] = [row('a', { n: 1 }), row('b', { n: 1 })];
    known.of('acme', (one) => one).take(a);
    expect(readAll(known, [a, b])).toMatchObject({ taken: ['a', 'b'], read: ['b'] });
    expect(readAll(known, [a, b]).found.map(({ item }) => item)).toEqual(['a', 'b']);
  });

  test('of a page that has come to another place are looked at one by one', () => {
    const known = new KnownItems<StoredItem>();
    const [a, b] = [row('a', { n: 1 }), row('b', { n: 1 })];
    readAll(known, [a, b], { pageSize: 1 });
    expect(readAll(known, [b], { pageSize: 1 })).toMatchObject({ taken: ['b'], read: [] });
    expect(readAll(known, [a, b], { pageSize: 1 })).toMatchObject({
      taken: ['a', 'b'],
      read: ['a'],
    });
  });

  test('of each place, one page is kept, also where no reading comes to its end', () => {
    const known = new KnownItems<StoredItem>();
    const pages = [1, 2].map((n) => [row('a', { n })]);
    const [one = [], two = []] = pages;
    const read = (items: readonly Item[]) => readAll(known, items, { isWhole: false }).taken;
    expect([one, one, two, two, one].map(read)).toEqual([['a'], [], ['a'], [], ['a']]);
  });

  test('may be named as a page is kept: neither is taken for the other', () => {
    const page = [row('a', { n: 1 })];
    const named = row('page 0', { n: 1 });
    for (const items of [
      [named, ...page],
      [...page, named],
    ]) {
      const known = new KnownItems<StoredItem>();
      for (const _ of [1, 2, 3]) {
        const { found } = readAll(known, items, { pageSize: 1 });
        expect(found.map(({ item }) => item)).toEqual(items.map((one) => one['item']?.S));
      }
    }
  });

  test('say what a table without a memory says, whatever is written between readings', () => {
    const values = fc.oneof(
      jsonObject,
      fc.constantFrom(
        { n: 1 },
        { n: 2 },
        { b: Uint8Array.of(1) },
        { deep: { list: [1, { x: 1 }] } },
      ),
    );
    const table = fc.dictionary(fc.constantFrom('a', 'b', 'c'), values);
    fc.assert(
      fc.property(fc.array(table, { maxLength: 8 }), (states) => {
        const known = new KnownItems<StoredItem>();
        for (const state of states) {
          const items = Object.entries(state).map(([id, one]) => row(id, one));
          const shown = (all: readonly StoredItem[]) =>
            all.map(({ item, binary, value }) => [
              item,
              binary,
              // a symbol is one of its own each time
              JSON.stringify(value),
            ]);
          expect(shown(readAll(known, items).found)).toEqual(shown(items.map(stored)));
        }
      }),
    );
  });
});
