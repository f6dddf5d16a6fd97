import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseConnection, parseServer } from '../../../lib/desired/rules/declarations.ts';
import { formatIssue } from '../../../lib/model/errors/errors.ts';
import { equalJson } from '../../../lib/model/json/json.ts';
import { declarable } from '../../plan/support/arbitraries.ts';
import {
  connectionIssues,
  connectionOf,
  connectionRow,
  options,
  serverRow,
  table,
} from '../../plan/support/declared.ts';

const parse = (row: unknown, connection = connectionOf()) =>
  parseServer(row, connection, table, options);

function issuesOf(row: unknown, connection = connectionOf()): string[] {
  const result = parse(row, connection);
  return result.ok ? [] : result.issues.map(formatIssue);
}

function serverOf(row: unknown, connection = connectionOf()) {
  const result = parse(row, connection);
  if (!result.ok) throw new Error(result.server.reason);
  return result.server;
}

const reference = { secret: 'trueup/acme-one/salesforce', key: 'client_secret' };

describe('parseConnection', () => {
  test('fills in the defaults', () => {
    expect(parseConnection(connectionRow, options)).toEqual({
      ok: true,
      connection: {
        name: 'acme-one',
        provider: 'acme',
        baseUrl: 'https://api.acme.example',
        auth: connectionRow.auth,
        budget: { requestsPerMinute: 240, concurrency: 4 },
        policy: {
          mode: 'report',
          manage: ['update'],
          ignore: [],
          limits: { updates: 0.3, minimum: 10, creates: 10 },
        },
      },
    });
  });

  test.each(['/proxy', '/v1/proxy', '/proxy-v1', '/servers', '/proxy/v1', '/proxy/v1/servers/'])(
    'takes a base URL with a path of its own, %s',
    (path) => {
      expect(
        connectionIssues({ ...connectionRow, baseUrl: `https://api.acme.example${path}` }),
      ).toEqual([]);
    },
  );

  test('takes what is declared', () => {
    const auth = {
      type: 'client-credentials',
      tokenUrl: 'https://auth.acme.example/token',
      client_id: 'trueup',
      client_secret: reference,
      audience: 'https://acme.example/',
    };
    const connection = connectionOf({
      auth,
      budget: { requestsPerMinute: 20, concurrency: 1 },
      policy: {
        mode: 'correct',
        ignore: ['/meta/x'],
        reassertEvery: '7d',
        limits: { updates: '5%', minimum: 3 },
      },
      userId: 'u-1',
      generation: 4,
    });
    expect(connection).toMatchObject({
      auth,
      budget: { requestsPerMinute: 20, concurrency: 1 },
      policy: {
        mode: 'correct',
        ignore: ['/meta/x'],
        reassertEvery: 604_800_000,
        limits: { updates: 0.05, minimum: 3, creates: 10 },
      },
      userId: 'u-1',
      generation: 4,
    });
  });

  test('a refresh token is an auth too', () => {
    const auth = {
      type: 'refresh-token',
      tokenUrl: 'https://auth.acme.example/token',
      client_id: 'trueup',
      refresh_token: reference,
    };
    expect(connectionOf({ auth }).auth).toEqual(auth);
    const more = {
      authorizeUrl: 'https://auth.acme.example/authorize?tenant=1',
      scope: 'openid offline_access https://acme.example/servers.read',
      audience: 'https://acme.example/',
    };
    expect(connectionOf({ auth: { ...auth, ...more } }).auth).toEqual({ ...auth, ...more });
  });

  test.each<[string, object, unknown[]]>([
    [
      'where to sign in, and for what, that cannot be',
      {
        auth: {
          type: 'refresh-token',
          tokenUrl: 'https://auth.acme.example/token',
          client_id: 'trueup',
          refresh_token: reference,
          authorizeUrl: 'http://auth.acme.example/authorize',
          scope: 'openid,  offline_access',
        },
      },
      [
        '/auth/authorizeUrl: does not use https; must be https; http is for loopback only',
        expect.stringMatching(/^\/auth\/scope: .*must be scopes separated by spaces/),
      ],
    ],
    [
      'an unknown provider',
      { provider: 'acne' },
      ["/provider: is not a known provider; did you mean 'acme'? known: acme"],
    ],
    [
      'a provider like no other',
      { provider: 'x'.repeat(20) },
      ['/provider: is not a known provider; known: acme'],
    ],
    ['no provider', { provider: 7 }, [expect.stringContaining('/provider: is a number')]],
    [
      'plain http',
      { baseUrl: 'http://api.acme.example' },
      [expect.stringContaining('does not use https')],
    ],
    [
      "an address with the API's path",
      { baseUrl: 'https://api.acme.example/v1/' },
      ['/baseUrl: has the path /v1, which Trueup adds itself; must be the address without /v1'],
    ],
    [
      "an address with more of the API's path",
      { baseUrl: 'https://api.acme.example/v1/servers' },
      [
        '/baseUrl: has the path /v1/servers, which Trueup adds itself; must be the address without /v1/servers',
      ],
    ],
    [
      'a literal token',
      { auth: { type: 'bearer', token: 'hunter2' } },
      [expect.stringMatching(/^\/auth\/token: is a string; must be \{/)],
    ],
    [
      "another connection's secret",
      { auth: { type: 'bearer', token: { secret: 'trueup/acme-two/token' } } },
      [
        "/auth/token/secret: the name does not begin with 'trueup/acme-one/'; must be a name such as 'trueup/acme-one/NAME'",
      ],
    ],
    ['no auth', { auth: 'hunter2' }, ['/auth: is a string; must be an object']],
    [
      'a typo in a type',
      { auth: { type: 'beaer', token: reference } },
      [
        expect.stringContaining(
          "/auth/type: is not among the allowed values; did you mean 'bearer'? must be 'bearer', ",
        ),
      ],
    ],
    [
      'no name',
      { connection: 7 },
      ['/connection: is a number; must be a string: in YAML, put it in quotes'],
    ],
    [
      'pointers that ignore nothing',
      {
        policy: {
          ignore: ['meta', '/mta/x', '/name/first', '/meta/~2', '/meta/ok', '/rules', '/zzzzzz'],
        },
      },
      [
        expect.stringContaining('/policy/ignore/0: is not a JSON Pointer'),
        expect.stringContaining(
          "/policy/ignore/1: does not point to a known field; did you mean '/meta/x'?",
        ),
        '/policy/ignore/2: lies inside /name, which is compared as a whole; must be /name itself or left out',
        expect.stringContaining('/policy/ignore/3: is not a JSON Pointer'),
        expect.stringContaining(
          '/policy/ignore/6: does not point to a known field; known: /name, ',
        ),
      ],
    ],
    [
      'a list that is none',
      { policy: { ignore: ['/x', 7] } },
      [expect.stringContaining('/policy/ignore/1: is a number')],
    ],
    [
      'a policy that is none',
      { policy: { ignore: '/x' } },
      ['/policy/ignore: is a string; must be a list'],
    ],
    [
      'a date',
      { userId: new Date(0) },
      [expect.stringContaining('/userId: is not a JSON value (Date)')],
    ],
  ])('%s', (_, more, expected) => {
    expect(connectionIssues({ ...connectionRow, ...more })).toEqual(expected);
  });

  test.each([[null], [[]], ['x'], [7]])('%j is no row', (row) => {
    expect(connectionIssues(row)).toEqual(['(root): is not an object; must be an object']);
  });

  test('everything at once', () => {
    expect(
      connectionIssues({ ...connectionRow, provider: 'x', baseUrl: 'y', budgt: {}, item: 'z' }),
    ).toHaveLength(4);
  });
});

describe('parseServer', () => {
  test('a row with all it can have', () => {
    const spec = { name: 'S', client_secret: reference, meta: { a: { b: 1 } }, note: null };
    const row = serverRow(spec, {
      label: 'salesforce',
      generation: 7,
      policy: { mode: 'correct' },
    });
    const { units, ...server } = serverOf(row);
    expect(units.map(({ pointer }) => pointer)).toEqual([
      '/client_secret',
      '/meta/a/b',
      '/name',
      '/note',
    ]);
    expect(server).toEqual({
      id: 's1',
      label: 'salesforce',
      generation: 7,
      spec,
      policy: { mode: 'correct', manage: ['update'], ignore: [] },
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('an empty spec declares nothing', () => {
    expect(serverOf(serverRow({})).spec).toEqual({});
  });

  describe("each key of its policy stands before its connection's", () => {
    const connection = connectionOf({
      policy: { mode: 'correct', ignore: ['/meta/x'], reassertEvery: '1h' },
    });

    test.each<[object | undefined, object]>([
      [undefined, { mode: 'correct', ignore: ['/meta/x'], reassertEvery: 3_600_000 }],
      [{ mode: 'off' }, { mode: 'off', ignore: ['/meta/x'], reassertEvery: 3_600_000 }],
      [{ ignore: [] }, { mode: 'correct', ignore: [], reassertEvery: 3_600_000 }],
      [
        { reassertEvery: '30m' },
        { mode: 'correct', ignore: ['/meta/x'], reassertEvery: 1_800_000 },
      ],
      [{ reassertEvery: 'never' }, { mode: 'correct', ignore: ['/meta/x'] }],
      [
        { manage: ['update', 'delete'], reassertEvery: 'never' },
        { mode: 'correct', manage: ['update', 'delete'], ignore: ['/meta/x'] },
      ],
    ])('%j', (policy, expected) => {
      const row = serverRow({ name: 'S' }, policy && { policy });
      expect(serverOf(row, connection).policy).toEqual({ manage: ['update'], ...expected });
    });
  });

  test.each<[string, unknown, unknown[]]>([
    [
      'a computed field',
      { url: 'https://hunter2' },
      ['/spec/url: is computed by the gateway; must be left out'],
    ],
    [
      'a literal secret',
      { client_secret: 'hunter2' },
      [expect.stringMatching(/^\/spec\/client_secret: is a string; must be \{ secret/)],
    ],
    [
      "another connection's secret",
      { client_secret: { secret: 'trueup/acme-two/x' } },
      [
        expect.stringContaining(
          "/spec/client_secret/secret: the name does not begin with 'trueup/acme-one/'",
        ),
      ],
    ],
    [
      'a mask, however often it is asked',
      { client_id: 'hu...r2' },
      [
        '/spec/client_id: is a mask that the gateway shows in place of the value; must be the value itself',
      ],
    ],
    [
      'a null',
      { name: null },
      ['/spec/name: is null, which does not clear this field; must be left out or set'],
    ],
    [
      'a null secret',
      { client_secret: null },
      [expect.stringContaining('/spec/client_secret: is null')],
    ],
    [
      'a null leaf',
      { meta: { a: { 'b/c': null }, list: [null] } },
      ['/spec/meta/a/b~1c: is null, which does not clear this field; must be left out or set'],
    ],
    [
      'an unknown key',
      { clientId: 'hunter2' },
      [
        expect.stringContaining(
          "/spec/clientId: unknown key 'clientId'; did you mean 'client_id'?",
        ),
      ],
    ],
    [
      "the schema's own rule",
      { slug: 'A' },
      ['/spec/slug: is not valid; must consist of a-z and -'],
    ],
    ['no object', 'hunter2', ['/spec: is a string; must be an object']],
    ['missing', undefined, [expect.stringContaining('/spec: is not a JSON value (undefined)')]],
    [
      'too large',
      { note: 'x'.repeat(400_000) },
      [expect.stringContaining('/spec: is larger than 350000 bytes')],
    ],
    [
      'a set',
      { meta: { a: new Set(['hunter2']) } },
      [expect.stringContaining('/spec/meta/a: is not a JSON value (Set)')],
    ],
  ])('invalid: %s', (_, spec, expected) => {
    const found = issuesOf(serverRow(spec));
    expect(found).toEqual(expected);
    expect(found.join()).not.toContain('hunter2');
  });

  test('32 levels are enough, and 33 no stack overflow', () => {
    const nest = (levels: number): unknown => (levels === 0 ? {} : { a: nest(levels - 1) });
    expect(issuesOf(serverRow({ meta: nest(31) }))).toEqual([]);
    expect(issuesOf(serverRow({ meta: nest(32) }))[0]).toMatch(/is nested deeper than 33 levels/);
    expect(issuesOf(serverRow({ meta: nest(5000) }))).toHaveLength(1);
  });

  describe('declared and ignored', () => {
    test.each<[object, string[], string[]]>([
      [{ meta: { a: 1 } }, ['/meta/b'], []],
      [{ name: 'S' }, ['/slug'], []],
      [{ rules: {} }, ['/rules/allowed'], []],
      [{ name: 'S' }, ['/name'], ['/policy/ignore/0']],
      [{ meta: { a: 1 } }, ['/meta/b', '/meta/a'], ['/policy/ignore/1']],
      [{ meta: { a: { b: 1 } } }, ['/meta/a'], ['/policy/ignore/0']],
      [{ meta: { a: 1 } }, ['/meta'], ['/policy/ignore/0']],
      [{ meta: { a: [1] } }, ['/meta/a/7'], ['/policy/ignore/0']],
      [{ rules: { allowed: [] } }, ['/rules'], ['/policy/ignore/0']],
      [{ meta: { a: 1 } }, ['/meta/constructor'], []],
    ])('%j and %j', (spec, ignore, paths) => {
      const result = parse(serverRow(spec, { policy: { ignore } }));
      const issues = result.ok ? [] : result.issues;
      expect(issues.map(({ path }) => path)).toEqual(paths);
    });

    test("by the connection's policy, unless the server has its own", () => {
      const connection = connectionOf({ policy: { ignore: ['/meta/a'] } });
      expect(issuesOf(serverRow({ meta: { a: 1 } }), connection)).toEqual([
        "/spec/meta/a: is declared, but the connection's policy ignores it; must be in only one of the two, or have a policy.ignore of its own",
      ]);
      expect(
        issuesOf(serverRow({ meta: { a: 1 } }, { policy: { ignore: [] } }), connection),
      ).toEqual([]);
    });

    test('a pointer that is none is that, and no more', () => {
      expect(issuesOf(serverRow({ name: 'S' }, { policy: { ignore: ['/a~'] } }))).toEqual([
        expect.stringContaining('/policy/ignore/0: is not a JSON Pointer'),
      ]);
    });
  });

  describe('what is left of an invalid server', () => {
    test.each<[unknown, object]>([
      [serverRow({ name: null }, { label: 'salesforce' }), { id: 's1', label: 'salesforce' }],
      [serverRow({ name: null }, { label: 'a\u001b[31m' }), { id: 's1' }],
      [{ item: 'server#a#b' }, { id: 'a#b' }],
      [{}, { id: '' }],
      [null, { id: '' }],
    ])('%#', (row, expected) => {
      const result = parse(row);
      expect(result.ok).toBe(false);
      expect(result.server).toEqual({ ...expected, reason: expect.any(String) });
    });

    test('its reason is short and plain', () => {
      const result = parse(serverRow({ [`\u001b[31m${'x'.repeat(600)}`]: 1 }));
      const { reason } = result.server as { reason: string };
      expect(reason.length).toBeLessThanOrEqual(500);
      expect(reason).not.toContain('\u001b');
    });
  });

  test('a row of another connection', () => {
    expect(issuesOf({ ...serverRow({}), connection: 'acme-two' })).toEqual([
      "/connection: is not the name of its connection; must be 'acme-one'",
    ]);
    expect(issuesOf({ ...serverRow({}), connection: 7 })).toHaveLength(1);
  });

  describe('contentHash', () => {
    const hash = (row: unknown, connection = connectionOf()) =>
      serverOf(row, connection).contentHash;
    const spec = { name: 'S', meta: { a: 1 } };
    const base = hash(serverRow(spec));

    test.each<[string, object]>([
      ['another spec', serverRow({ ...spec, name: 'T' })],
      ['another mode', serverRow(spec, { policy: { mode: 'correct' } })],
      ['something ignored', serverRow(spec, { policy: { ignore: ['/meta/b'] } })],
      ['re-assertion', serverRow(spec, { policy: { reassertEvery: '7d' } })],
    ])('changes with %s', (_, row) => {
      expect(hash(row)).not.toBe(base);
    });

    test('changes with what the connection ignores, not with its mode', () => {
      expect(hash(serverRow(spec), connectionOf({ policy: { ignore: ['/meta/b'] } }))).not.toBe(
        base,
      );
      expect(hash(serverRow(spec), connectionOf({ policy: { mode: 'correct' } }))).toBe(base);
    });

    test.each<[string, object]>([
      ['label', serverRow(spec, { label: 'x' })],
      ['generation', serverRow(spec, { generation: 3 })],
      ['id', serverRow(spec, { item: 'server#other' })],
      ['an empty policy', serverRow(spec, { policy: {} })],
      ['a list of nothing', serverRow(spec, { policy: { ignore: [] } })],
    ])('does not depend on %s', (_, row) => {
      expect(hash(row)).toBe(base);
    });

    test('does not depend on order or repetition of what is ignored', () => {
      const ignoring = (...ignore: string[]) => hash(serverRow(spec, { policy: { ignore } }));
      expect(ignoring('/meta/b', '/meta/c')).toBe(ignoring('/meta/c', '/meta/b', '/meta/c'));
    });

    test('does not depend on the order of keys, and differs for different specs', () => {
      const meta = fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.oneof(declarable(fc.string()), fc.integer(), fc.boolean()),
      );
      fc.assert(
        fc.property(meta, meta, (one, two) => {
          const turned = Object.fromEntries(Object.entries(one).toReversed());
          const [a, b, c] = [one, turned, two].map((value) => hash(serverRow({ meta: value })));
          expect(a).toBe(b);
          expect(a === c).toBe(equalJson(one, two));
        }),
      );
    });
  });

  test('any row has a result, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
          withBoxedValues: true,
        }),
        fc.anything(),
        (spec, policy) => {
          const result = parse(serverRow(spec, { policy }));
          expect(result.ok || result.issues.length > 0).toBe(true);
        },
      ),
    );
  });
});
