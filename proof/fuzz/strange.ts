import fc from 'fast-check';

/** In every strange text that may end up as a value: no message may repeat it. It is nobody's name. */
export const canary = 'CanarY-5f3a91';

/** Keys that are trouble where an object is taken for a dictionary, or a name for a path. */
export const strangeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  '0',
  '-1',
  '',
  ' ',
  'a/b',
  '~',
  '~1',
  '#',
  '..',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '\ud800',
  'spec',
  'Spec',
  'secret',
  'client_secret',
  'meta',
  'restrictions',
  'name',
  'x'.repeat(2_000),
] as const;

export const strangeKey = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<string>(...strangeKeys) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
);

/** One text many times over: what is quadratic in it shows. */
const long = fc
  .tuple(
    fc.constantFrom(
      'a',
      ' ',
      '\t',
      '\u001b]',
      '\u0090',
      '\\',
      '%25',
      '-',
      '.',
      '*',
      '/',
      '{',
      '"',
      'é',
      '\u{1f600}',
      'a-',
      ' a',
    ),
    fc.constantFrom(130, 600, 5_000, 60_000),
  )
  .map(([text, times]) => text.repeat(times));

export const strangeText = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      canary,
      `${canary}\n${canary}`,
      '\u0000',
      '\u001b[31mred',
      '\u001b]0;title\u0007',
      '\u202eevil',
      '\ud800',
      '\udfff\ud800',
      '\ufeff',
      '__proto__',
      'constructor',
      'ab...yz',
      '***',
      'null',
      'true',
      '1e400',
      '007',
      '..',
      '.',
      '../../etc/passwd',
      'a#b',
      'server#',
      'trueup',
      'trueup/',
      `trueup/acme/${canary}`,
      `trueup/other/${canary}`,
      'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x',
      'https://evil.example',
      'http://169.254.169.254/latest',
      'https://user:pass@host',
      'javascript:alert(1)',
      '//x',
      'https://[::1',
      '30%',
      '-1%',
      '100000%',
      '7d',
      '999999999999d',
      'never',
      'correct',
      '| a | <b> [x](y) `c`',
    ),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  { weight: 1, arbitrary: long },
);

/** Numbers at the edges of what JSON, JavaScript and DynamoDB hold. */
export const strangeNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    1,
    0.1,
    19,
    20,
    2 ** 31,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53) - 2,
    1e20,
    1e21,
    1e-7,
    5e-324,
    1.7976931348623157e308,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** `levels` deep; the innermost is `core`. */
export function nested(levels: number, core: unknown, kind: 'list' | 'object' | 'both'): unknown {
  let value = core;
  for (let level = 0; level < levels; level += 1) {
    const isList = kind === 'list' || (kind === 'both' && level % 2 === 0);
    value = isList ? [value] : { a: value };
  }
  return value;
}

const deep = fc
  .tuple(
    fc.constantFrom(5, 30, 31, 32, 33, 34, 40, 200),
    fc.constantFrom('list' as const, 'object' as const, 'both' as const),
  )
  .map(([levels, kind]) => nested(levels, canary, kind));

const flat = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false) },
  { weight: 2, arbitrary: strangeNumber },
  { weight: 4, arbitrary: strangeText },
);

/** As `JSON.parse` makes it: `__proto__` is a member like any other. */
export function objectOf(members: fc.Arbitrary<unknown>, keys = strangeKey): fc.Arbitrary<unknown> {
  return fc
    .array(fc.tuple(keys, members), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries));
}

/** Members by which JavaScript asks an object what it is. */
const pretenders = fc.constantFrom<unknown>(
  { toString: 1 },
  { toString: '', valueOf: {} },
  { toJSON: canary },
  JSON.parse('{"then":1}'),
  { length: { toString: '' } },
  { length: 1e9 },
  { size: [{ toString: 1 }] },
  { constructor: { name: canary } },
  [{ toString: 1 }],
);

/** JSON of any shape. */
export const strangeJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: flat },
  { weight: 1, arbitrary: pretenders },
  { weight: 2, arbitrary: fc.array(flat, { maxLength: 4 }) },
  { weight: 2, arbitrary: objectOf(flat) },
  {
    weight: 1,
    arbitrary: objectOf(fc.oneof(flat, fc.array(flat, { maxLength: 3 }), objectOf(flat))),
  },
  { weight: 1, arbitrary: deep },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(300, 3_000)
      .map((count) => Array.from({ length: count }, (_, index) => `${canary}${index}`)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(300, 3_000)
      .map((count) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index])),
      ),
  },
);

class Odd {
  readonly value = canary;
}

/** What no JSON is, as a program or a lenient parser hands it over. */
export const notJson: fc.Arbitrary<unknown> = fc
  .constantFrom(
    'undefined',
    'nan',
    'infinity',
    'symbol',
    'bigint',
    'date',
    'bad date',
    'map',
    'set',
    'buffer',
    'pattern',
    'function',
    'class',
    'holes',
    'cycle',
    'bare',
    'promise',
    'text object',
  )
  .map((kind): unknown => {
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'nan':
        return Number.NaN;
      case 'infinity':
        return Number.POSITIVE_INFINITY;
      case 'symbol':
        return Symbol(canary);
      case 'bigint':
        return 2n ** 80n;
      case 'date':
        return new Date(0);
      case 'bad date':
        return new Date(Number.NaN);
      case 'map':
        return new Map([[canary, canary]]);
      case 'set':
        return new Set([canary]);
      case 'buffer':
        return Buffer.from(canary);
      case 'pattern':
        return /a/g;
      case 'function':
        return () => canary;
      case 'class':
        return new Odd();
      case 'holes':
        return Object.assign([], { 3: canary });
      case 'cycle': {
        const cycle: Record<string, unknown> = {};
        cycle['self'] = cycle;
        return cycle;
      }
      case 'promise':
        return Promise.resolve(canary);
      case 'text object':
        return Object(canary) as unknown;
      case 'bare':
        return Object.create(null) as unknown;
    }
  });
