import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod/mini';
import { formatIssue } from '../../../lib/model/errors/errors.ts';
import { documentSchema, secretReferenceSchema } from '../../../lib/desired/rules/schema.ts';
import { schemaIssues } from '../../../lib/desired/rules/schema-issues.ts';

const lines = (schema: z.ZodMiniType, value: unknown, path?: string) =>
  schemaIssues(schema, value, path).map(formatIssue);

describe('schemaIssues', () => {
  test.each([{ toString: '' }, [[{ toString: 1 }]]])(
    'a length that is not comparable makes the whole invalid: %j',
    (length) => {
      const schema = z.strictObject({
        a: z.string().check(z.minLength(1)),
        'b/c': z.array(z.string()).check(z.maxLength(3)),
      });
      expect(lines(schema, { a: { length }, 'b/c': { size: length }, d: 1 }, '/x')).toEqual([
        "/x: cannot be checked; must have no object or list under a key 'length' or 'size'",
      ]);
      expect(lines(schema, { a: { length: 7 }, 'b/c': { size: {} } })).toEqual([
        '/a: is an object; must be a string',
        '/b~1c: is an object; must be a list',
      ]);
    },
  );

  test('an error that is not about the value is thrown', () => {
    const refuse = () => {
      throw new RangeError('a defect');
    };
    expect(() => schemaIssues(z.string().check(z.refine(refuse)), 'a')).toThrow('a defect');
  });

  test.each<[string, z.ZodMiniType, unknown, string]>([
    ['missing', z.strictObject({ a: z.string() }), {}, '/a: is missing; must be a string'],
    ['null', z.string(), null, '(root): is null; must be a string'],
    ['a list', z.string(), [], '(root): is a list; must be a string'],
    ['an object', z.array(z.string()), {}, '(root): is an object; must be a list'],
    ['no object', z.strictObject({}), 'x', '(root): is a string; must be an object'],
    ['no record', z.record(z.string(), z.string()), 1, '(root): is a number; must be an object'],
    ['not null', z.null(), 1, '(root): is a number; must be null'],
    ['nothing', z.never(), 1, '(root): is a number; must be left out'],
    ['a fraction', z.int(), 1.5, '(root): is not a whole number; must be a whole number'],
    [
      'unquoted',
      z.array(z.string()),
      [true],
      '/0: is a boolean; must be a string: in YAML, put it in quotes',
    ],
    ['too small', z.number().check(z.minimum(20)), 1, '(root): is too small; must be at least 20'],
    ['too large', z.number().check(z.maximum(20)), 21, '(root): is too large; must be at most 20'],
    ['too short', z.string().check(z.minLength(1)), '', '(root): is empty; must not be empty'],
    [
      'too long a list',
      z.array(z.number()).check(z.maxLength(1)),
      [1, 2],
      '(root): is too large; must be at most 1 items long',
    ],
    [
      'no constant',
      z.enum(['a', 'b', 'c']),
      'hunter2',
      "(root): is not among the allowed values; must be 'a', 'b' or 'c'",
    ],
    [
      'not the constant',
      z.literal(7),
      'hunter2',
      '(root): is not among the allowed values; must be 7',
    ],
    [
      'a missing constant',
      z.strictObject({ a: z.literal('x') }),
      {},
      "/a: is missing; must be 'x'",
    ],
    ['a format', z.url(), 'hunter2', '(root): is not valid; must be a valid url'],
    [
      'a pattern',
      z.string().check(z.regex(/^a$/)),
      'hunter2',
      '(root): is not valid; must match /^a$/',
    ],
    [
      'no multiple',
      z.number().check(z.multipleOf(2)),
      3,
      '(root): is not valid; must match the schema',
    ],
    [
      "the author's words",
      z.string().check(z.regex(/^a$/, 'must be an a')),
      'hunter2',
      '(root): is not valid; must be an a',
    ],
    [
      "the author's rule",
      z.string().check(z.refine(() => false, 'must be even')),
      'hunter2',
      '(root): is not valid; must be even',
    ],
    [
      "the author's rule in two parts",
      z
        .string()
        .check(z.refine(() => false, { error: 'is odd', params: { expected: 'must be even' } })),
      'hunter2',
      '(root): is odd; must be even',
    ],
    [
      'a key of a record',
      z.record(z.string().check(z.regex(/^a/, 'must begin with an a')), z.string()),
      { b: 'hunter2' },
      '/b: has a key that is not allowed; must begin with an a',
    ],
  ])('%s', (_, schema, value, line) => {
    expect(lines(schema, value)).toEqual([line]);
  });

  test('what fits has no issues', () => {
    expect(lines(z.string(), 'a')).toEqual([]);
  });

  test('paths are pointers under the given one', () => {
    const schema = z.strictObject({ 'a/b': z.array(z.strictObject({ '~': z.number() })) });
    expect(lines(schema, { 'a/b': [{ '~': '' }] }, '/spec')).toEqual([
      '/spec/a~1b/0/~0: is a string; must be a number',
    ]);
  });

  describe('unknown keys', () => {
    const schema = z.strictObject({ name: z.string(), client_id: z.string() });

    test('each with the known ones, and what was meant', () => {
      const value = { name: 'a', client_id: 'b', clientId: 'hunter2', else: 'hunter2' };
      expect(lines(schema, value)).toEqual([
        "/clientId: unknown key 'clientId'; did you mean 'client_id'? known: name, client_id",
        "/else: unknown key 'else'; known: name, client_id",
      ]);
    });

    test('of an object that knows none, or whose author speaks', () => {
      expect(lines(z.strictObject({}), { a: 1 })).toEqual([
        "/a: unknown key 'a'; no keys are allowed here",
      ]);
      const silent = z.strictObject({ b: z.optional(z.string()) }, { error: 'must be empty' });
      expect(lines(silent, { a: 1 })).toEqual(['(root): has an unknown key; must be empty']);
    });

    test('harmless ones', () => {
      const value = JSON.parse(
        '{"name":"a","client_id":"b","__proto__":{"x":1},"constructor":1,"hasOwnProperty":2}',
      );
      expect(schemaIssues(schema, value).map(({ path }) => path)).toEqual([
        '/__proto__',
        '/constructor',
        '/hasOwnProperty',
      ]);
    });

    test('control characters do not pass', () => {
      const [line] = lines(z.strictObject({}), { '\u001b[31mred\u202e': 1 });
      expect(line).toBe("/red: unknown key 'red'; no keys are allowed here");
    });
  });

  describe('references to secrets', () => {
    const rule =
      "must be { secret: NAME, key: KEY }, 'key' only if the value is JSON; the value itself belongs in the secret store";

    test.each<[string, unknown, string[]]>([
      ['a literal', 'hunter2', [`/s: is a string; ${rule}`]],
      ['null', null, [`/s: is null; ${rule}`]],
      ['missing', undefined, [`/s: is missing; ${rule}`]],
      ['a literal as a key', { hunter2: null }, [`/s: has an unknown key; ${rule}`]],
    ])('%s', (_, value, expected) => {
      expect(lines(z.strictObject({ s: secretReferenceSchema }), { s: value })).toEqual(expected);
    });
  });

  describe('unions', () => {
    const auth = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('bearer'), token: z.string() }),
      z.strictObject({ type: z.literal('basic'), user: z.string() }),
    ]);
    const either = z.union([
      z.string(),
      z.strictObject({ kind: z.literal('a'), size: z.number() }),
      z.strictObject({ kind: z.literal('b'), name: z.string(), id: z.string() }),
    ]);

    test.each<[string, z.ZodMiniType, unknown, string[]]>([
      [
        'the branch of the discriminator',
        auth,
        { type: 'basic' },
        ['/user: is missing; must be a string'],
      ],
      [
        'no such discriminator',
        auth,
        { type: 'hunter2' },
        ["/type: is not among the allowed values; must be 'bearer' or 'basic'"],
      ],
      ['no discriminator', auth, {}, ["/type: is missing; must be 'bearer' or 'basic'"]],
      ['no object', auth, 'hunter2', ['(root): is a string; must be an object']],
      [
        'the branch of this kind, and of this constant',
        either,
        { kind: 'b' },
        ['/name: is missing; must be a string', '/id: is missing; must be a string'],
      ],
      [
        'the branch with the least against it',
        z.union([
          z.strictObject({ a: z.string(), b: z.string() }),
          z.strictObject({ a: z.string(), c: z.string() }),
        ]),
        { a: 'x', c: 1 },
        ['/c: is a number; must be a string: in YAML, put it in quotes'],
      ],
      ['no branch of this kind', either, 7, ['(root): is a number; must be a string or an object']],
      [
        'a union within',
        z.union([z.union([z.string(), z.null()]), z.boolean()]),
        7,
        ['(root): is a number; must be a string or null or a boolean'],
      ],
      [
        'a branch of a union within',
        z.union([z.union([z.string(), z.strictObject({ a: z.null() })]), z.boolean()]),
        { a: 1 },
        ['/a: is a number; must be null'],
      ],
      [
        "the author's words",
        z.union([z.string(), z.null()], 'must be a text or nothing'),
        7,
        ['(root): is not among the allowed values; must be a text or nothing'],
      ],
      [
        'missing',
        z.strictObject({ a: z.union([z.string(), z.null()]) }),
        {},
        ['/a: is missing; must be a string or null'],
      ],
    ])('%s', (_, schema, value, expected) => {
      expect(lines(schema, value)).toEqual(expected);
    });
  });

  test('no value of a document is ever repeated', () => {
    const secret = 'hunter2hunter2';
    const leaf = fc.constantFrom<unknown>(secret, [secret], { secret }, { type: secret }, 7, null);
    const key = fc.constantFrom(
      'connection',
      'provider',
      'baseUrl',
      'auth',
      'type',
      'token',
      'budget',
      'concurrency',
      'policy',
      'mode',
      'limits',
      'updates',
      'ignore',
      'servers',
      'item',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.dictionary(key, tie('value')),
        fc.array(tie('value'), { maxLength: 2 }),
      ),
    }));
    fc.assert(
      fc.property(value, (document) => {
        expect(lines(documentSchema, document).join('\n')).not.toContain(secret);
      }),
    );
  });
});
