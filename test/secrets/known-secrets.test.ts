import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { Secret } from '../../lib/model/secret.ts';
import { spellings } from './spellings.ts';

function knowing(...values: string[]): KnownSecrets {
  const known = new KnownSecrets();
  known.add(values.map((value) => new Secret(value)));
  return known;
}

const occurs = (text: string, ...values: string[]) => knowing(...values).occurIn(text);

const token = 'b/+=~CanaryInTheCoalMine-0123456789=';
const awkward = 'pä"s\\w/o rd&<+%\'>\n\u{1f511}%41\\u0041';

describe('a text that repeats a secret', () => {
  describe.each(Object.entries(spellings))('%s', (_name, spell) => {
    test.each([
      ['a token', token],
      ['a value that needs every escape', awkward],
      ['a token that was cut', token.slice(5, 17)],
    ])('%s', (_what, echo) => {
      expect(occurs(`value ${spell(echo)} is taken`, token, awkward)).toBe(true);
      expect(occurs(spell(echo), token, awkward)).toBe(true);
    });

    test('a short value', () => {
      expect(occurs(`"${spell('hunter22')}".`, 'hunter22')).toBe(true);
    });
  });

  test('twelve characters are a piece, eleven are not', () => {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    for (let at = 0; at + 12 <= value.length; at += 1) {
      expect(occurs(`.${value.slice(at, at + 12)}.`, value)).toBe(true);
      expect(occurs(`.${value.slice(at, at + 11)}.`, value)).toBe(false);
    }
  });

  test('white space within a value counts as a character', () => {
    expect(occurs('no pass word is here', 'my pass word is long enough')).toBe(true);
    expect(occurs('no+pass+word+is+here', 'my pass word is long enough')).toBe(true);
  });

  test('a value counts that was trimmed, or whose lines end in another way', () => {
    expect(occurs('got hunter22.', 'hunter22\n')).toBe(true);
    expect(occurs('got a1b2c3\r\nd4e5f6', 'a1b2c3\nd4e5f6\n')).toBe(true);
  });

  test('letters that change with their case', () => {
    expect(occurs('GROSSE STRASSE ΟΔΟΣ', 'große straße οδος')).toBe(true);
  });

  test.each(['\u{10400}', '\u{1e900}', 'ẞ', 'ß', 'İ', 'ΐ', 'Σ'])('%s in any case', (character) => {
    const value = `!''${character}]'!!'!'<-`;
    for (const text of [value.toLowerCase(), value.toUpperCase()]) {
      expect(occurs(` ${text} `, value)).toBe(true);
    }
  });

  test('the host of an address, in small letters', () => {
    const { href } = new URL('https://TokenOfTheConnection/next');
    expect(href).toContain('tokenoftheconnection');
    expect(occurs(href, 'TokenOfTheConnection')).toBe(true);
  });

  test.each(['a', 'id', 'key', 'user'])('in the Basic header of %s', (id) => {
    const basic = Buffer.from(`${id}:hunter22`).toString('base64');
    expect(occurs(`Authorization: Basic ${basic}`, 'hunter22')).toBe(true);
    expect(occurs(basic.slice(1), 'hunter22')).toBe(true);
  });

  test.each(['%', '% ', '\\x', '\\u00', '&#x', '%4', '50%'])(
    'after what may begin an escape: %s',
    (before) => {
      for (const value of ['414243444546', 'TokenOfTheConnection'])
        for (const spell of Object.values(spellings))
          expect(occurs(`${before}${spell(value)}`, value)).toBe(true);
    },
  );

  test('half a character of a value', () => {
    expect(occurs('got abcde\ud83d.', 'abcde\ud83d')).toBe(true);
  });
});

describe('a short value', () => {
  test('is found as a whole word only', () => {
    for (const text of ['hunter22', '(hunter22)', 'id:hunter22,', 'a_hunter22_b', 'x HUNTER22 y']) {
      expect([text, occurs(text, 'hunter22')]).toEqual([text, true]);
    }
    for (const text of [
      'hunter2',
      'hunter222',
      'ahunter22',
      'éhunter22',
      'hunter22é',
      'hunter 2',
    ]) {
      expect([text, occurs(text, 'hunter22')]).toEqual([text, false]);
    }
    expect(occurs('at !a-b-c! now', '!a-b-c!')).toBe(true);
  });

  test('is not looked for below five characters: it is a word of too many texts', () => {
    expect(occurs('a test of abcd', 'test', 'abcd', 'a', '', '   \n', ' abcd ')).toBe(false);
    expect(occurs('a test of abcde', 'abcde')).toBe(true);
  });
});

describe('a text without a secret', () => {
  const values = [
    token,
    awkward,
    'hunter22',
    'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ0cnVldXAifQ.c2lnbmF0dXJl',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n',
    '3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn',
    'a'.repeat(5_000),
  ];

  test.each([
    'conflict: Slug in use',
    'Server not found',
    'body.slug: string does not match ^[a-z0-9-]+$',
    'INVALID_REQUEST: Name too long (max 64 characters)',
    'invalid_grant: Token expired',
    'invalid_client: Client authentication failed (e.g., unknown client, no client authentication included)',
    'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    'Rate limit exceeded, retry in 30 seconds; see https://docs.example.com/limits?page=2#top',
    'The server 123e4567-e89b-12d3-a456-426614174000 is disabled',
    'Internal Server Error (request id 7f3a9c1e0b5d4f6a8c2e1d3b5a7f9e0c)',
    'Cannot PUT /api/servers/123e4567-e89b-12d3-a456-426614174000',
    'no healthy upstream',
    'client_secret: must be -----BEGIN PRIVATE KEY----- and what follows',
    'Der Name „Größe“ ist schon vergeben',
    'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value',
    'dial tcp 10.0.0.1:443: connect: connection refused',
    '%20 &amp; \\u0041 %zz \\q &#; &none; \\u{} \\u{110000} &#x110000; &#99999999999; a=b+c',
    '',
  ])('is not taken for one that has: %s', (text) => {
    expect(occurs(text, ...values)).toBe(false);
  });

  test('no text matches when nothing was added', () => {
    expect(new KnownSecrets().occurIn(token)).toBe(false);
  });

  test('whatever it is', () => {
    const known = knowing('\u{1f511}\u{1f512}\u{1f513}\u{1f511}\u{1f513}\u{1f512}', 'qzxjv-qzxjv');
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !known.occurIn(text)));
  });
});

test('no spelling of twelve characters gets by, at any place', () => {
  const around = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 12, maxLength: 60 }),
      fc.nat(40),
      fc.integer({ min: 12, max: 60 }),
      around,
      around,
      fc.constantFrom(...Object.entries(spellings)),
      (value, from, length, before, after, [, spell]) => {
        const piece = Array.from(value)
          .slice(from, from + length)
          .join('');
        const read = piece.replaceAll(/[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '');
        // What is left out leaves a shorter one, which is a word of its own at most.
        fc.pre(Array.from(read).length >= 12 && !/[%\\&;\ufffd]/.test(value));
        expect(occurs(`${before} ${spell(piece)} ${after}`, value)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test('what is an escape in a value itself is found in every spelling', () => {
  const unit = fc.constantFrom(
    '%',
    '\\',
    '&',
    ';',
    '#',
    'u',
    'x',
    '4',
    '1',
    '0',
    'a',
    '{',
    '}',
    '"',
  );
  const spelled = fc.constantFrom(...Object.entries(spellings));
  fc.assert(
    fc.property(fc.string({ unit, minLength: 24, maxLength: 60 }), spelled, (value, [, spell]) => {
      expect(occurs(spell(`Ab-12_xyz:Qrst${value}`), `Ab-12_xyz:Qrst${value}`)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe('the time that a text takes', () => {
  const length = 4 * 1024;
  const texts = {
    a: 'a'.repeat(length),
    ab: 'ab'.repeat(length / 2),
    words: 'the server is not here. '.repeat(length).slice(0, length),
    'words in base64': Buffer.from('no such server, '.repeat(length))
      .toString('base64')
      .slice(0, length),
    'a in base64': Buffer.from('a'.repeat(length)).toString('base64').slice(0, length),
    'a in hexadecimal': '61'.repeat(length / 2),
    percent: '%25'.repeat(length / 3),
    'digits that end one escape after the other': `${'%3'.repeat(length / 2)}1`,
    entities: '&amp;'.repeat(length / 5),
    backslashes: '\\'.repeat(length),
    'open terminal codes': '\u0090'.repeat(length),
    'capitals that become two': 'ß'.repeat(length),
    keys: '\u{1f511}'.repeat(length / 2),
  };

  // Places that are looked at for each character of the text, at most; a few slots for each place.
  const perCharacter = 60;

  const periodic = Array.from({ length: 20 }, (_, at) => 'a'.repeat(5_000 - at) + 'b'.repeat(at));
  const many = Array.from({ length: 200 }, (_, at) => `${at}-`.repeat(100));
  const values = [
    ['a'.repeat(5_000)],
    ['ab'.repeat(2_500)],
    periodic,
    many,
    ['short-1', 'aaaaaaa'],
  ];
  const all = values.map((some) => knowing(...some));

  test.each(Object.entries(texts))('grows with the text alone: %s', (_name, text) => {
    for (const known of all) {
      const before = known.steps;
      known.occurIn(text);
      expect(known.steps - before).toBeLessThan(perCharacter * text.length);
    }
  });

  test('is that of its first finding: 5,000 a, and a text of a', () => {
    const known = knowing('a'.repeat(5_000));
    const before = known.steps;
    expect(known.occurIn(texts.a)).toBe(true);
    expect(known.steps - before).toBe(1);
  });

  test('to add a value grows with its first 2,048 characters', () => {
    const known = knowing('x'.repeat(12));
    const before = known.steps;
    known.add([new Secret('ab'.repeat(500_000))]);
    expect(known.steps - before).toBeLessThan(20_000);
    const long = `${'x'.repeat(2_048)}TheEndThatDoesNotCount`;
    expect(occurs('TheEndThatDoesNotCount', long)).toBe(false);
  });
});
