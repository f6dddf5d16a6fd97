import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, equalJson, isJsonObject } from '../../../lib/model/json/json.ts';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { json } from '../../plan/support/arbitraries.ts';

describe('canonical JSON', () => {
  const cases: [string, Json, string][] = [
    ['null', null, 'null'],
    ['text', 'a"b', '"a\\"b"'],
    ['keys by code unit', { b: 1, a: [true, {}], B: null }, '{"B":null,"a":[true,{}],"b":1}'],
    ['a lone surrogate', '\ud800', '"\\ud800"'],
    ['a key that objects inherit', JSON.parse('{"__proto__":1}') as Json, '{"__proto__":1}'],
  ];
  test.each(cases)('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('is JSON of the same value, whatever the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        const read = JSON.parse(canonicalJson(value)) as Json;
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(read)).toBe(canonicalJson(value));
      }),
    );
  });
});

test.each<[Json, Json, boolean]>([
  [1, 1, true],
  [0, -0, true],
  ['1', 1, false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [[1, 2], [2, 1], false],
  [null, {}, false],
])('%j and %j are equal: %s', (a, b, equal) => {
  expect(equalJson(a, b)).toBe(equal);
});

test.each<[unknown, boolean]>([
  [{}, true],
  [[], false],
  [null, false],
  ['a', false],
  [undefined, false],
])('%j is an object: %s', (value, is) => {
  expect(isJsonObject(value)).toBe(is);
});
