import { describe, expect, test } from '@jest/globals';
import { parseConnection, parseServer } from '../../../lib/desired/rules/declarations.ts';
import { checkDocument, repeatsIn, rowsOf } from '../../../lib/desired/rules/document.ts';
import { documentSchema } from '../../../lib/desired/rules/schema.ts';
import { connectionOf, connectionRow, options, table } from '../../plan/support/declared.ts';

const { item: _item, ...head } = connectionRow;
const document = (servers: unknown, more: object = {}) => ({ ...head, ...more, servers });
const problems = (value: unknown) =>
  checkDocument(value, options).map(({ path, problem }) => `${path}: ${problem}`);

describe('checkDocument', () => {
  test.each([
    ['without servers', head],
    ['with none', document([])],
    [
      'with some',
      document([
        { id: 'a', spec: { name: 'A' } },
        { id: 'b', label: 'b', spec: {} },
      ]),
    ],
  ])('%s', (_, value) => {
    expect(problems(value)).toEqual([]);
  });

  test('everything is said at once, and no value is', () => {
    const value = document(
      [
        { id: 'a', spec: { name: null, client_secret: 'hunter2' } },
        { id: 'b', spec: {}, specs: 'hunter2' },
        'hunter2',
      ],
      { provider: 'acme', budget: { requestsPerMinute: 7 } },
    );
    expect(problems(value)).toEqual([
      '/servers/0/spec/name: is null, which does not clear this field',
      '/servers/0/spec/client_secret: is a string',
      '/budget/requestsPerMinute: is too small',
      "/servers/1/specs: unknown key 'specs'",
      '/servers/2: is a string',
    ]);
  });

  test.each<[string, object, object, string[]]>([
    [
      'ids',
      { id: 'x', spec: {} },
      { id: 'x', spec: {} },
      ['/servers/1/id: repeats the id of /servers/0'],
    ],
    ['ids in another case', { id: 'x', spec: {} }, { id: 'X', spec: {} }, []],
    [
      'ids that are one UUID',
      { id: '0a1b2c3d-0000-4000-8000-00000000abcd', spec: {} },
      { id: '0A1B2C3D-0000-4000-8000-00000000ABCD', spec: {} },
      ['/servers/1/id: repeats the id of /servers/0'],
    ],
    [
      'labels',
      { id: 'a', label: 'Sales', spec: {} },
      { id: 'b', label: 'sales', spec: {} },
      ['/servers/1/label: repeats the label of /servers/0'],
    ],
    [
      'names and slugs',
      { id: 'a', spec: { name: 'Sales', slug: 'sales' } },
      { id: 'b', spec: { name: ' SALES ', slug: 'sales' } },
      [
        '/servers/1/spec/name: repeats the name of /servers/0',
        '/servers/1/spec/slug: repeats the slug of /servers/0',
      ],
    ],
  ])('repeated %s', (_, one, two, expected) => {
    expect(problems(document([one, two]))).toEqual(expected);
  });

  test('repeated names at a gateway whose field for them is server_name', () => {
    const servers = ['Jira', 'Wiki', 'jira'].map((name) => ({ spec: { server_name: name } }));
    expect(repeatsIn(servers)).toMatchObject([{ what: 'name', index: 2, before: 0 }]);
  });

  test('nothing is ignored beneath a member that is sent whole, and that an answer may lack', () => {
    const spec = { meta: { owner: { team: 'b' } } };
    const ignore = (...pointers: string[]) => ({ policy: { ignore: pointers } });
    const lost = 'is sent whole, and not every answer has it';
    expect(
      problems(
        document([
          { id: 'a', spec, ...ignore('/meta/owner/costCenter') },
          { id: 'b', spec, ...ignore('/meta/owner/a/b') },
          { id: 'c', spec, ...ignore('/meta/other/costCenter', '/meta/other', '/meta/a~b') },
          { id: 'd', spec: { meta: { owner: 'x' } }, ...ignore('/meta/costCenter') },
          { id: 'e', spec: {}, ...ignore('/meta/owner/costCenter') },
        ]),
      ),
    ).toEqual([
      `/servers/0/policy/ignore/0: cannot be ignored: /meta/owner ${lost}`,
      `/servers/1/policy/ignore/0: cannot be ignored: /meta/owner ${lost}`,
      '/servers/2/policy/ignore/2: is not a JSON Pointer',
    ]);
    const all = document(
      [
        { id: 'a', spec },
        { id: 'b', spec: {} },
      ],
      ignore('/meta/owner/costCenter'),
    );
    expect(problems(all)).toEqual([
      expect.stringContaining(
        "/servers/0/spec/meta/owner: is sent whole, and the connection's policy",
      ),
    ]);
  });

  test('placeholders are found in whatever part of it', () => {
    const value = document([{ id: '${ID}', label: '{{label}}', spec: { name: '<name>' } }], {
      provider: '${PROVIDER}',
      baseUrl: '${URL}',
    });
    expect(problems(value)).toEqual(
      expect.arrayContaining(
        ['/baseUrl', '/servers/0/id', '/servers/0/label'].map(
          (path) => `${path}: is a placeholder that was not filled in`,
        ),
      ),
    );
  });

  test("a server may not declare what its connection's policy ignores", () => {
    const servers = [{ id: 'a', spec: { meta: { x: 1 } } }];
    expect(problems(document(servers, { policy: { ignore: ['/meta/x'] } }))).toEqual([
      "/servers/0/spec/meta/x: is declared, but the connection's policy ignores it",
    ]);
  });

  test('without a known provider, what can be said is said', () => {
    const servers = [{ id: 'a', spec: { nme: 1 } }, { id: 'a' }];
    expect(problems(document(servers, { provider: 'x' }))).toEqual([
      '/provider: is not a known provider',
      '/servers/1/spec: is missing',
      '/servers/1/id: repeats the id of /servers/0',
    ]);
    expect(problems({ servers })).toContain('/connection: is missing');
  });

  test.each<[unknown, string]>([
    [null, ': is not an object'],
    [[], ': is not an object'],
    [
      document([{ id: 'a', spec: { meta: { when: new Date(0) } } }]),
      '/servers/0/spec/meta/when: is not a JSON value (Date)',
    ],
  ])('%#', (value, problem) => {
    expect(problems(value)).toEqual([problem]);
  });

  test('32 levels of spec are as fine as in a row', () => {
    const nest = (levels: number): unknown => (levels === 0 ? {} : { a: nest(levels - 1) });
    expect(problems(document([{ id: 'a', spec: { meta: nest(31) } }]))).toEqual([]);
    expect(problems(document([{ id: 'a', spec: { meta: nest(32) } }]))).toHaveLength(1);
  });
});

describe('rowsOf', () => {
  test('makes rows that parse', () => {
    const value = documentSchema.parse(document([{ id: 'a', label: 'l', spec: { name: 'A' } }]));
    const [connection, server, ...rest] = rowsOf(value);
    expect(rest).toEqual([]);
    expect(connection).toEqual(connectionRow);
    expect(parseConnection(connection, options).ok).toBe(true);
    expect(server).toEqual({
      connection: 'acme-one',
      item: 'server#a',
      label: 'l',
      spec: { name: 'A' },
    });
    expect(parseServer(server, connectionOf(), table, options).ok).toBe(true);
  });

  test('a connection without servers is one row', () => {
    expect(rowsOf(documentSchema.parse(head))).toEqual([connectionRow]);
  });
});
