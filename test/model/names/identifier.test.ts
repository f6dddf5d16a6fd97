import { expect, test } from '@jest/globals';
import { identifier } from '../../../lib/model/names/identifier.ts';

const isIdentifier = (text: unknown) => identifier('An id').safeParse(text).success;

test.each(['3MVG9.abc_DEF-1', 'https://api.example.com/', 'urn:a:b', 'größe', '\u{1F511}'])(
  '%j is an identifier',
  (text) => {
    expect(isIdentifier(text)).toBe(true);
  },
);

test.each([
  ['a line end', '\n'],
  ['a space', ' '],
  ['a tab', '\t'],
  ['a no-break space', '\u00A0'],
  ['an ideographic space', '\u3000'],
  ['a zero-width space', '\u200B'],
  ['a zero-width joiner', '\u200D'],
  ['a word joiner', '\u2060'],
  ['a byte order mark', '\uFEFF'],
  ['a soft hyphen', '\u00AD'],
  ['a bidirectional override', '\u202E'],
  ['a bidirectional isolate', '\u2066'],
  ['a line separator', '\u2028'],
  ['a control character', '\u0000'],
  ['an escape', '\u001B'],
  ['a variation selector', '\uFE0F'],
  ['a tag character', '\u{E0041}'],
  ['a blank letter', '\u3164'],
  ['a blank Braille pattern', '\u2800'],
  ['half of a character', '\uD800'],
])('%s is in no identifier, at no place', (_, character) => {
  for (const text of [`${character}ab`, `a${character}b`, `ab${character}`, character]) {
    expect(isIdentifier(text)).toBe(false);
  }
});

test('an empty text is no identifier', () => {
  expect(isIdentifier('')).toBe(false);
});
