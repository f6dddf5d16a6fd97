import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { accessIn, toPage, toServer } from '../../../lib/gateways/alloy/convert.ts';

const shown = {
  serverId: 'srv-1',
  name: 'Support',
  description: 'Reads tickets',
  url: 'https://mcp.runalloy.com/mcp/srv-1',
  accessUrl: 'https://mcp.runalloy.com/mcp/srv-1/live-token-canary',
  hasRestrictions: true,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-02T00:00:00Z',
};
const fields = { name: 'Support', description: 'Reads tickets' };

describe('toServer', () => {
  test("keeps what is the user's to declare", () => {
    expect(toServer(shown)).toEqual({ id: 'srv-1', fields });
  });

  test('drops accessUrl', () => {
    expect(inspect(toServer(shown), { depth: Infinity })).not.toContain('live-token-canary');
  });

  test('does not take instructions for readable', () => {
    expect(toServer({ ...shown, instructions: 'Be brief' })).toEqual({ id: 'srv-1', fields });
  });

  test('keeps restrictions whole, byte for byte', () => {
    const text =
      '{"zones":{"mode":"eu","allowedIds":null},"users":{"blockedIds":["u2","u1","u2"],"until":null,"mode":"blocklist"},' +
      '"__proto__":{"x":1},"2":[null],"connectors":{}}';
    const restrictions = JSON.parse(text) as Json;
    const server = toServer({ ...shown, restrictions });
    expect(JSON.stringify(server?.fields['restrictions'])).toBe(JSON.stringify(restrictions));
  });

  test('null in place of a section, a mode or a list is none', () => {
    const restrictions = {
      users: null,
      connectors: { mode: null, allowedIds: null, blockedIds: ['a'] },
      actions: { mode: 'allowlist', allowedActions: ['x'], blockedActions: null },
    };
    expect(toServer({ ...shown, restrictions })?.fields['restrictions']).toEqual({
      connectors: { blockedIds: ['a'] },
      actions: { mode: 'allowlist', allowedActions: ['x'] },
    });
  });

  test.each([
    ['null', { restrictions: null }, fields],
    ['left out', {}, fields],
    [
      'null, and there are none',
      { restrictions: null, hasRestrictions: false },
      { ...fields, restrictions: {} },
    ],
    ['left out, and there are none', { hasRestrictions: false }, { ...fields, restrictions: {} }],
  ])(
    'restrictions that are %s are unknown, unless the answer says that there are none',
    (_, more, known) => {
      expect(toServer({ ...shown, ...more })).toEqual({ id: 'srv-1', fields: known });
    },
  );

  test('what is not of its type is not known', () => {
    expect(toServer({ serverId: 'srv-1', name: 1, description: null })).toEqual({
      id: 'srv-1',
      fields: {},
    });
  });

  test.each<Json>(['none', [], 7, false, { users: 'all' }, { actions: [] }])(
    'a server whose access rules are %j cannot be read',
    (restrictions) => {
      expect(toServer({ ...shown, restrictions })).toBeUndefined();
    },
  );

  test.each<Json>([
    null,
    'text',
    [],
    {},
    { id: 'srv-1' },
    { serverId: 7 },
    { serverId: '' },
    { message: 'ok', server: shown },
  ])('%j is no server', (answer) => {
    expect(toServer(answer)).toBeUndefined();
  });
});

describe('toPage', () => {
  const servers = [{ id: 'srv-1', fields }];
  test.each<[string, Json, object]>([
    ['servers and count', { servers: [shown], count: 1 }, { servers }],
    ['an empty account', { servers: [], count: 0 }, { servers: [] }],
    ['the last page', { servers: [shown], hasMore: false }, { servers }],
    ['a page in between', { servers: [shown], hasMore: true }, { servers, next: 8 }],
    ['anything but true in hasMore', { servers: [shown], hasMore: 'true' }, { servers }],
    // Not an end: the walk refuses it, because it does not advance.
    ['an empty page in between', { servers: [], hasMore: true }, { servers: [], next: 7 }],
  ])('%s', (_form, answer, page) => {
    expect(toPage(answer, 7)).toEqual(page);
  });

  test.each<Json>([
    null,
    [shown],
    {},
    { servers: null },
    { servers: shown },
    { data: [shown] },
    { servers: [shown, {}] },
    { servers: [null] },
  ])('%j is no page', (answer) => {
    expect(toPage(answer, 7)).toBeUndefined();
  });
});

describe('accessIn', () => {
  const access = (answer: Json) => accessIn(answer).map((secret) => secret.reveal());

  test('gives what gives access in each address', () => {
    const other = {
      serverId: 's2',
      accessUrl: 'https://x.example/s2-server?v=1&token=live-token-2',
    };
    expect(access({ servers: [shown, other, { serverId: 's3' }, 7] })).toEqual([
      'live-token-canary',
      'live-token-2',
      's2-server',
    ]);
    expect(access(shown)).toHaveLength(1);
  });

  test.each<[string, string, string[]]>([
    ['scheme, host and id', 'https://mcp.runalloy.com/id-1234567', []],
    ['plain words and versions', 'https://x.example/mcp/v1/workspace/id-1234567?type=server', []],
    ['a token with slashes', 'https://x.example/mcp/Ab3/cDe4/F5g', ['Ab3/cDe4/F5g']],
    ['one behind the id', 'https://x.example/mcp/id-1234567/T0kenT0ken', ['T0kenT0ken']],
    ['a fragment', 'https://x.example/#T0kenT0ken', ['T0kenT0ken']],
    ['user and password', 'https://Us3rUs3r:P4ssP4ss@x.example/', ['Us3rUs3r', 'P4ssP4ss']],
    ['a query without a name', 'https://x.example/?T0kenT0ken', ['?T0kenT0ken']],
    ['what is no address', 'just-a-token', ['just-a-token']],
  ])('%s', (_what, accessUrl, parts) => {
    expect(access({ serverId: 'id-1234567', accessUrl })).toEqual(parts);
  });

  test.each([[null], [[]], [{}], [{ serverId: 5, accessUrl: 'x' }], [{ serverId: 's' }]])(
    'gives nothing of %j',
    (answer) => {
      expect(access(answer)).toEqual([]);
    },
  );
});
