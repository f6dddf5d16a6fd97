import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { foreignValues } from '../../../lib/model/json/foreign-values.ts';
import { jsonIssues } from '../../../lib/model/json/json-issues.ts';

const problems = (value: unknown, depth = 32) =>
  jsonIssues(value, depth).map(({ path, problem }) => `${path}: ${problem}`);

describe('jsonIssues', () => {
  test('all JSON is fine', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__"'));
        expect(jsonIssues(value, 32)).toEqual([]);
      }),
    );
  });

  class Made {
    made = 1;
  }

  test.each([
    ['undefined', undefined, 'undefined'],
    ['NaN', Number.NaN, 'not a finite number'],
    ['Infinity', Infinity, 'not a finite number'],
    ['a bigint', 1n, 'bigint'],
    ['a symbol', Symbol('hunter2'), 'symbol'],
    ['what a table has', foreignValues.set, 'DynamoDB set'],
    ['a function', () => 1, 'function'],
    ['a date', new Date(0), 'Date'],
    ['a set', new Set(['hunter2']), 'Set'],
    ['a map', new Map(), 'Map'],
    ['binary', new Uint8Array([1]), 'Uint8Array'],
    ['an instance', new Made(), 'Object'],
  ])('%s', (_, value, kind) => {
    expect(problems({ a: [1, value] })).toEqual([`/a/1: is not a JSON value (${kind})`]);
  });

  test('a hole in a list', () => {
    expect(problems(Array.from({ length: 1 }))).toEqual(['/0: is not a JSON value (undefined)']);
    const holey: number[] = [];
    holey[1] = 2;
    expect(problems(holey)).toEqual(['/0: is not a JSON value (undefined)']);
  });

  test('objects without a prototype are plain', () => {
    expect(problems(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual([]);
  });

  test('__proto__ is named, constructor is a key like others', () => {
    expect(problems(JSON.parse('{"a":{"__proto__":{"b":1},"constructor":1}}'))).toEqual([
      "/a/__proto__: key '__proto__'",
    ]);
  });

  test('half of a surrogate pair is no text, but where vendors wrote it', () => {
    const value = { a: 'x\ud800', 'b\udc00': 1, c: '\ud83d\ude00' };
    const half = 'is not Unicode text: it has half of a surrogate pair';
    expect(problems(value)).toEqual([`/a: ${half}`, `/b\udc00: ${half}`]);
    expect(jsonIssues(value, 32, { halves: true })).toEqual([]);
  });

  test('keys are escaped in paths', () => {
    expect(problems({ 'a/b~c': undefined })[0]).toMatch(/^\/a~1b~0c: /);
  });

  test('too deep, endless and huge values end', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : { a: nest(levels - 1) });
    expect(problems(nest(3), 3)).toEqual([]);
    expect(problems(nest(4), 3)).toEqual(['/a/a/a/a: is nested deeper than 3 levels']);
    const endless: unknown[] = [];
    endless.push(endless);
    expect(problems(endless, 3)).toEqual(['/0/0/0/0: is nested deeper than 3 levels']);
    const wide = Array.from({ length: 100 }, () => 1);
    const wider = Array.from({ length: 100 }, () => wide);
    const widest = Array.from({ length: 100 }, () => wider);
    expect(problems(widest)).toEqual([': holds more than 100000 values']);
    expect(jsonIssues(widest, 32, { endless: true })).toEqual([]);
  });
});
