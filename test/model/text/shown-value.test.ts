import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '../../../lib/model/json/json.types.ts';
import type { ShownValue } from '../../../lib/model/ledger.types.ts';
import { quoted, showPair, showPointer, showValue } from '../../../lib/model/text/shown-value.ts';

describe('quoted', () => {
  test.each<[Json, string]>([
    ['a "b"', String.raw`"a \"b\""`],
    [{ a: [1, null, true] }, '{"a":[1,null,true]}'],
    ['\u001b[31m', String.raw`"\u001b[31m"`],
    ['a\u009b\u007f', String.raw`"a\u009b\u007f"`],
    ['a\nb', String.raw`"a\nb"`],
    ['a\u202eb\u200bc\u2028d', String.raw`"a\u202eb\u200bc\u2028d"`],
    ['\u{e0041}', String.raw`"\udb40\udc41"`],
    ['naïve 日本語 \u{1f511}', '"naïve 日本語 \u{1f511}"'],
  ])('%j', (value, text) => {
    expect(quoted(value)).toBe(text);
  });

  test('is the same value, on one line that shows all of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = quoted(text);
        expect(JSON.parse(shown)).toBe(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });
});

describe('showValue', () => {
  test.each<[ShownValue, string]>([
    [{ kind: 'value', value: { a: 1 } }, '{"a":1}'],
    [{ kind: 'absent' }, '(absent)'],
    [{ kind: 'unreadable' }, '(cannot be read)'],
    [{ kind: 'secret', secret: 'trueup/x/y' }, '[secret trueup/x/y]'],
    [
      { kind: 'secret', secret: 'trueup/x/y#key', version: 'abcd1234-ef56' },
      '[secret trueup/x/y#key version abcd1234]',
    ],
    [{ kind: 'secret', secret: 'a\u001b[31mb' }, '[secret ab]'],
  ])('%j', (shown, text) => {
    expect(showValue(shown)).toBe(text);
  });
});

describe('showPointer', () => {
  test.each([
    ['/name', 'name'],
    ['/meta/cost-center/v1.2', 'meta/cost-center/v1.2'],
    ['/meta/a b', 'meta/"a b"'],
    ['/meta/a~1b', 'meta/"a/b"'],
    ['/meta/\u001b[31m', String.raw`meta/"\u001b[31m"`],
    ['no pointer', '"no pointer"'],
  ])('%j', (pointer, text) => {
    expect(showPointer(pointer)).toBe(text);
  });
});

describe('showPair', () => {
  const pair = (before: string, after: string) =>
    showPair({ kind: 'value', value: before }, { kind: 'value', value: after });

  test('short values are whole', () => {
    expect(pair('a', 'b')).toEqual(['"a"', '"b"']);
    expect(pair('a', 'a')).toEqual(['"a"', '"a"']);
  });

  test('long ones are cut at their end', () => {
    const [before, after] = pair('a'.repeat(1000), 'b'.repeat(290));
    expect(before).toBe(`"${'a'.repeat(299)}…`);
    expect(after).toBe(`"${'b'.repeat(290)}"`);
  });

  test('or at their beginning, where they differ late', () => {
    const same = 'x'.repeat(900);
    const [before, after] = pair(`${same}old`, `${same}new${'y'.repeat(900)}`);
    expect(before).toBe(`…${'x'.repeat(20)}old"`);
    expect(after).toBe(`…${'x'.repeat(20)}new${'y'.repeat(277)}…`);
  });

  test('a cut never halves a character', () => {
    const [before] = pair(`a${'\u{1f511}'.repeat(500)}`, 'b');
    expect(before.isWellFormed()).toBe(true);
  });

  test('different values look different', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 1000 }),
        fc.string({ maxLength: 600 }),
        fc.string({ maxLength: 600 }),
        (same, a, b) => {
          fc.pre(a !== b);
          const [before, after] = pair(same + a, same + b);
          expect(before).not.toBe(after);
        },
      ),
    );
  });
});

describe('what looks alike', () => {
  const pair = (before: string, after: string) =>
    showPair({ kind: 'value', value: before }, { kind: 'value', value: after });

  test.each([
    ['a no-break space', 'Sales Prod', 'Sales\u00A0Prod', '"Sales Prod"', '"Sales\\u00a0Prod"'],
    ['a narrow space', 'a b', 'a\u202Fb', '"a b"', '"a\\u202fb"'],
    ['a zero-width space', 'ab', 'a\u200Bb', '"ab"', '"a\\u200bb"'],
    ['letters in parts', 'Café', 'Cafe\u0301', '"Caf\\u00e9"', '"Cafe\\u0301"'],
    ['letters of another script', 'paypal', 'p\u0430ypal', '"paypal"', '"p\\u0430ypal"'],
    ['wide letters', 'AB', '\uFF21B', '"AB"', '"\\uff21B"'],
    ['a ligature', 'office', 'o\uFB03ce', '"office"', '"o\\ufb03ce"'],
  ])('is escaped in a pair: %s', (_, before, after, left, right) => {
    expect(pair(before, after)).toEqual([left, right]);
    expect(pair(after, before)).toEqual([right, left]);
  });

  test('is left as it is where the two are seen to differ', () => {
    expect(pair('Café', 'Kafé')).toEqual(['"Café"', '"Kafé"']);
    expect(pair('Привет', 'Привет!')).toEqual(['"Привет"', '"Привет!"']);
    expect(pair('Café', 'Café')).toEqual(['"Café"', '"Café"']);
  });
});
