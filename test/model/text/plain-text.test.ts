import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { plainText } from '../../../lib/model/text/plain-text.ts';

describe('plainText', () => {
  test.each([
    ['colour', '\u001b[1;31mred\u001b[0m', 'red'],
    ['C1 colour', '\u009b31mred', 'red'],
    ['a title', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a C1 title', 'a\u009d0;owned\u009cb', 'ab'],
    ['an open title', 'a\u001b]0;owned', 'a0;owned'],
    ['a device string', 'a\u001bPq123\u001b\\b', 'ab'],
    ['a reset', 'a\u001bcb', 'ab'],
    ['a character set', 'a\u001b(Bb', 'ab'],
    ['a lone escape', 'a\u001b', 'a'],
    ['lines', 'one\r\n\ttwo\u2028three\u0085four', 'one two three four'],
    ['bidi overrides', 'a\u202eb\u2066c\u200ed\u061ce', 'abcde'],
    ['zero width', 'a\u200bb\u200dc\ufeffd\u2060e\u00adf', 'abcdef'],
    ['tags', 'a\u{e0041}b', 'ab'],
    ['null and bell', 'a\u0000b\u0007c\u007f', 'abc'],
    ['half a character', 'a\ud83d', 'a\ufffd'],
    ['what is plain', 'naïve 日本語 \u{1f511}', 'naïve 日本語 \u{1f511}'],
  ])('%s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  test.each([
    ['abcde', 5, 'abcde'],
    ['abcdef', 5, 'abcd…'],
    ['\u{1f511}'.repeat(5), 5, '\u{1f511}'.repeat(5)],
    ['\u{1f511}'.repeat(6), 5, `${'\u{1f511}'.repeat(4)}…`],
  ])('%s cut to %d code points', (text, max, plain) => {
    expect(plainText(text, max)).toBe(plain);
  });

  test('never a control or invisible character, never too long, and twice is once', () => {
    const nasty = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          '\u001b',
          '[',
          ']',
          '0',
          ';',
          'm',
          '\u0007',
          '\\',
          '\u202e',
          '\u200b',
          '\n',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 40 }), (text, max) => {
        const plain = plainText(text, max);
        expect(plain).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
        expect(Array.from(plain).length).toBeLessThanOrEqual(max);
        expect(plainText(plain, max)).toBe(plain);
      }),
    );
  });
});
