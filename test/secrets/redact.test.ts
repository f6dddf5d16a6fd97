import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { redactText } from '../../lib/secrets/redact.ts';
import { Secret } from '../../lib/model/secret.ts';

const redact = (text: string, ...secrets: string[]) =>
  redactText(
    text,
    secrets.map((secret) => new Secret(secret)),
  );

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('redactText', () => {
  const awkward = 'pä"s\\w/o rd&<+%\'>\n\u{1f511}';

  test.each([
    ['raw', awkward],
    ['JSON', JSON.stringify(awkward).slice(1, -1)],
    ['JSON within JSON', JSON.stringify(JSON.stringify(awkward)).slice(3, -3)],
    [
      'ASCII JSON',
      JSON.stringify(awkward)
        .slice(1, -1)
        .split('')
        .map((unit) =>
          unit > '~' ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : unit,
        )
        .join(''),
    ],
    ['JSON with escaped slashes', JSON.stringify(awkward).slice(1, -1).replaceAll('/', '\\/')],
    ['URL', encodeURIComponent(awkward)],
    ['URL in lower case', encodeURIComponent(awkward).toLowerCase()],
    ['URL, twice', encodeURIComponent(encodeURIComponent(awkward))],
    ['form', new URLSearchParams({ a: awkward }).toString().slice(2)],
    ['base64url', Buffer.from(awkward).toString('base64url')],
    ['hex', Buffer.from(awkward).toString('hex')],
    ['hex in upper case', Buffer.from(awkward).toString('hex').toUpperCase()],
    [
      'HTML',
      awkward
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
    ],
  ])('%s', (_, echo) => {
    expect(redact(`value ${echo} is taken`, awkward)).toBe('value [secret] is taken');
  });

  test.each(['a', 'id', 'key', 'user'])('base64 of %s:secret:%s', (id) => {
    const text = redact(`Basic ${base64(`${id}:hunter22:${id}`)}`, 'hunter22');
    expect(text).toMatch(/^Basic [\w+/]*\[secret\][\w+/=]*$/);
  });

  test.each([
    ['JSON', (text: string) => JSON.stringify({ a: text })],
    ['a form', (text: string) => new URLSearchParams({ a: text }).toString()],
    ['a URL', encodeURIComponent],
  ])('base64 of %s with it', (_, encode) => {
    const echo = base64(encode(awkward));
    expect(redact(echo, awkward)).toMatch(/^[\w+/]{0,8}\[secret\][\w+/]{0,4}=*$/);
  });

  test('half a character in a secret', () => {
    expect(redact('got abc\ud83d.', 'abc\ud83d')).toBe('got [secret].');
  });

  test('base64 that was cut, and base64 in a URL', () => {
    expect(redact(base64('ahunter22').slice(2), 'hunter22')).toBe('[secret]');
    const awkwardText = base64('a:\u{10ffff}?>~\u{10ffff}?>~');
    expect(awkwardText).toMatch(/[+/]/);
    const echo = encodeURIComponent(awkwardText);
    expect(redact(echo, '\u{10ffff}?>~\u{10ffff}?>~')).toMatch(/^YT\[secret\](%3D)*$/);
  });

  test('overlapping secrets, and one within another, leave nothing of either', () => {
    expect(redact('<abcdefxyz>', 'abcdef', 'defxyz')).toBe('<[secret]>');
    expect(redact('<abcdef> <bcde>', 'bcde', 'abcdef')).toBe('<[secret]> <[secret]>');
  });

  test('a secret whose line break was trimmed away', () => {
    expect(redact('got hunter22.', 'hunter22\n')).toBe('got [secret].');
  });

  test('short secrets go only where they stand alone', () => {
    expect(redact('a cat, (a) abc "abc" abcd YWJj', 'a', 'abc')).toBe(
      '[secret] cat, ([secret]) [secret] "[secret]" abcd [secret]',
    );
  });

  test('empty and blank secrets redact nothing', () => {
    expect(redact('a b', '', '   \n')).toBe('a b');
  });

  test('many ways to read a text cost no more than one', () => {
    const secret = '\\'.repeat(60);
    expect(redact('\\'.repeat(90), `${secret}end`)).toBe('\\'.repeat(90));
  });

  test('no encoding of a secret survives, at any place', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 });
    const around = fc.string({ unit: 'grapheme', maxLength: 20 });
    const encoders = fc.constantFrom(
      (text: string) => text,
      (text: string) => JSON.stringify(text).slice(1, -1),
      encodeURIComponent,
      (text: string) => new URLSearchParams([['', text]]).toString().slice(1),
      base64,
      (text: string) => base64(JSON.stringify({ key: text })),
      (text: string) => Buffer.from(text).toString('base64url'),
      (text: string) => Buffer.from(text).toString('hex'),
    );
    fc.assert(
      fc.property(secret, around, around, encoders, (value, before, after, encode) => {
        fc.pre(value.trim().length >= 4 && !'[secret]'.includes(value.trim()));
        const text = redact(`${before}${encode(value)}${after}`, value);
        expect(text).toContain('[secret]');
        expect(text).not.toContain(encode(value));
      }),
    );
  });

  test('a text without the secret stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(redact(text, '\u{1f511}\u{1f512}\u{1f513}')).toBe(text);
      }),
    );
  });
});
