import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatPointer,
  getAt,
  isWithin,
  parsePointer,
  setAt,
} from '../../../lib/model/json/pointer.ts';
import type { Json, JsonObject } from '../../../lib/model/json/json.types.ts';
import { json, key, object } from '../../plan/support/arbitraries.ts';

const tokens = fc.array(key, { minLength: 1, maxLength: 3 });
const pointer = tokens.map(formatPointer);
const apart = (a: string, b: string) => !isWithin(a, b) && !isWithin(b, a);

describe('text', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['/a/b', ['a', 'b']],
    ['/', ['']],
    ['/a~1b/m~0n', ['a/b', 'm~n']],
    ['/~01', ['~1']],
    ['', undefined],
    ['a/b', undefined],
    ['/a~', undefined],
    ['/a~2', undefined],
  ])('%j has the tokens %j', (text, expected) => {
    expect(parsePointer(text)).toEqual(expected);
  });

  test('tokens become a pointer and come back', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (list) => {
        expect(parsePointer(formatPointer(list))).toEqual(list);
      }),
    );
  });

  test.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
  ])('%s is within %s: %s', (one, ancestor, within) => {
    expect(isWithin(one, ancestor)).toBe(within);
  });
});

describe('the value at a pointer', () => {
  test.each<[Json, string, Json | undefined]>([
    [{ a: { b: null } }, '/a/b', null],
    [{ a: { b: 1 } }, '/a/c', undefined],
    [{ a: 'text' }, '/a/length', undefined],
    [{ a: null }, '/a/b', undefined],
    [{ a: [1] }, '/a/length', undefined],
    [{ a: [1] }, '/a/0', undefined],
    [{}, '/constructor', undefined],
    [{}, '/__proto__', undefined],
    [JSON.parse('{"__proto__":{"x":1}}') as Json, '/__proto__/x', 1],
  ])('in %j at %s: %j', (value, at, found) => {
    expect(getAt(value, at)).toEqual(found);
  });

  test('a text that is no pointer is an error', () => {
    expect(() => getAt({}, 'a')).toThrow(RangeError);
    expect(() => setAt({}, '', 1)).toThrow(new RangeError('not a JSON Pointer: ""'));
  });
});

describe('laws', () => {
  test('a value is set, and no other value changes', () => {
    fc.assert(
      fc.property(object, pointer, pointer, json, (start, at, elsewhere, value) => {
        const after = setAt(start, at, value);
        expect(getAt(after, at)).toEqual(value);
        if (apart(at, elsewhere)) expect(getAt(after, elsewhere)).toEqual(getAt(start, elsewhere));
      }),
    );
  });

  test('a value is removed, and no other value changes', () => {
    fc.assert(
      fc.property(object, pointer, pointer, (start, at, elsewhere) => {
        const after = setAt(start, at, undefined);
        expect(getAt(after, at)).toBeUndefined();
        if (apart(at, elsewhere)) expect(getAt(after, elsewhere)).toEqual(getAt(start, elsewhere));
      }),
    );
  });

  test('setting what is there changes nothing, the later of two stays, and the source is as it was', () => {
    fc.assert(
      fc.property(object, pointer, json, json, (start, at, first, second) => {
        const copy = structuredClone(JSON.stringify(start));
        expect(JSON.stringify(setAt(start, at, getAt(start, at)))).toBe(copy);
        expect(setAt(setAt(start, at, first), at, second)).toEqual(setAt(start, at, second));
        expect(JSON.stringify(start)).toBe(copy);
      }),
    );
  });

  test('removing what is not there makes nothing on the way', () => {
    const start: JsonObject = { a: {} };
    expect(setAt(start, '/b/c', undefined)).toBe(start);
    expect(setAt(start, '/a/c/d', undefined)).toBe(start);
  });

  test('pointers are parsed again when the cache is full', () => {
    const pointers = Array.from({ length: 2_500 }, (_, index) => `/many/${index}`);
    const many = Object.fromEntries(pointers.map((_, index) => [String(index), index]));
    const found = [...pointers, ...pointers].map((at) => getAt({ many }, at));
    expect(found).toEqual([...pointers.keys(), ...pointers.keys()]);
  });

  test('no prototype is touched', () => {
    const after = setAt({}, '/__proto__/polluted', true);
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
    expect(Object.hasOwn(after, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(setAt({}, '/constructor/a', 1)).toEqual({ constructor: { a: 1 } });
  });
});
