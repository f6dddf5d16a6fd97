import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSimulatedContextForge } from '../../../lib/local/gateways/contextforge/simulator.ts';
import type { ContextForgeServerInit } from '../../../lib/local/gateways/contextforge/gateway.ts';
import { createContextForge } from '../../../lib/gateways/contextforge/provider.ts';
import { wasNotProcessed } from '../../../lib/model/errors/failure.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { describeProvider } from '../contract.ts';
import { clientFor, collect, connectionTo, sessionInputs, vendorErrorOf } from '../support.ts';

describeProvider({
  name: 'contextforge',
  create: createContextForge,
  start: (ids, { tokens }) =>
    startSimulatedContextForge({
      servers: ids.map((id) => ({ id, name: `Server ${id}`, authType: '' })),
      ...(tokens && { tokens }),
    }),
  listForms: [['cursor', 3]],
  unreadable: { authToken: 'value', authType: 'bearer' },
  storedUnreadable: { credential: { token: 'value' }, authType: 'bearer' },
  // Without a word on the credential it would be read first.
  renamed: { name: 'Renamed', authType: 'none' },
  bookkeeping: ['updatedAt', 'version'],
  notFound: 'Gateway not found',
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const withToken = { authType: 'bearer', credential: { token: 'stored-token' } };

async function world(init: Partial<ContextForgeServerInit> = withToken) {
  const servers = [{ id: 'a', name: 'Alpha', ...init }];
  const simulator = await startSimulatedContextForge({ servers });
  const client = clientFor('contextforge', [simulator.url]);
  endings.push(simulator.close, () => client.close());
  const inputs = sessionInputs();
  const connection = connectionTo('contextforge', simulator.url);
  const session = createContextForge(client).open(connection, inputs);
  const bodies = () =>
    simulator.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  return { simulator, inputs, session, bodies };
}

describe('ContextForge', () => {
  test('is asked for pages of 100, for disabled gateways too', async () => {
    const { simulator, session } = await world({ enabled: false });
    expect(await collect(session.list())).toHaveLength(1);
    expect(simulator.requests.map(({ path, query }) => [path, query])).toEqual([
      ['/v1/gateways', { include_pagination: 'true', include_inactive: 'true', limit: '100' }],
    ]);
  });

  test('no answer gives more of a credential than that none is stored', async () => {
    const { session } = await world();
    const answers = [
      await collect(session.list()),
      await session.get('a'),
      await session.put('a', { description: 'New' }, []),
    ];
    expect(inspect(answers, { depth: Infinity })).not.toContain('*');
    expect((await session.get('a')).fields).toMatchObject({
      authType: 'bearer',
      authPassword: null,
    });
  });

  test.each<[string, Partial<ContextForgeServerInit>]>([
    ['bearer', withToken],
    ['basic', { authType: 'basic', credential: { username: 'u', password: 'p' } }],
    ['authheaders', { authType: 'authheaders', credential: { headers: { 'X-A': 'v' } } }],
  ])('a PUT of another field keeps the stored credential: %s', async (_type, init) => {
    const { simulator, session, bodies } = await world(init);
    await collect(session.list());
    await session.put('a', { description: 'New' }, []);
    expect(bodies()).toEqual([{ description: 'New', authToken: '*****' }]);
    expect(simulator.find('a')).toMatchObject({ ...init, description: 'New' });
  });

  test('where it was not read before, it is read first, in the same budget', async () => {
    const { simulator, inputs, session } = await world();
    await session.put('a', { description: 'New' }, []);
    expect(simulator.find('a')).toMatchObject(withToken);
    expect([inputs.calls, inputs.admitted]).toEqual([{ list: 0, get: 1, put: 1 }, 2]);
  });

  test('a credential that came after the list is kept', async () => {
    const { simulator, session } = await world({});
    await collect(session.list());
    simulator.edit('a', withToken);
    await session.put('a', { description: 'New' }, []);
    expect(simulator.find('a')).toMatchObject(withToken);
  });

  test.each<[string, object]>([
    ['no gateway', { message: 'Welcome' }],
    ['another gateway', { id: 'b', authToken: null, authValue: null }],
    ['a gateway without a word on its credential', { id: 'a', name: 'Alpha' }],
  ])('where the answer to that is %s, nothing is sent', async (_what, body) => {
    const { simulator, session, bodies } = await world();
    simulator.misbehave({ operation: 'get', effect: { kind: 'status', status: 200, body } });
    expect(await vendorErrorOf(session.put('a', { description: 'New' }, []))).toMatchObject({
      kind: 'body',
      context: { connection: 'acme-contextforge', server: 'a' },
    });
    expect(bodies()).toEqual([]);
    expect(simulator.find('a')).toMatchObject(withToken);
  });

  test('where none is stored, a PUT carries none', async () => {
    const { session, bodies } = await world({ authType: 'bearer' });
    const { fields } = await session.put('a', { description: 'New' }, []);
    expect(bodies()).toEqual([{ description: 'New' }]);
    expect(fields).toMatchObject({ authType: 'bearer', authToken: null });
  });

  test.each<[string, object, object]>([
    ['a token', { authType: 'bearer', authToken: 'new' }, { token: 'new' }],
    [
      'user and password',
      { authType: 'basic', authUsername: 'u', authPassword: 'new' },
      { username: 'u', password: 'new' },
    ],
  ])('%s is sent as it is, without what keeps the old one', async (_what, body, credential) => {
    const { simulator, session, bodies } = await world();
    await session.put('a', { ...body }, [new Secret('new')]);
    expect(bodies()).toEqual([body]);
    expect(simulator.find('a')).toMatchObject({ credential });
  });

  test('the type none clears the credential', async () => {
    const { simulator, session } = await world();
    const { fields } = await session.put('a', { authType: 'none' }, []);
    expect(fields).toMatchObject({ authType: 'none', authToken: null });
    expect(simulator.find('a').credential).toBeUndefined();
  });

  test('the failure of the MCP server behind it is not repeated', async () => {
    const { simulator, session } = await world({ ...withToken, upstream: 'down' });
    const put = session.put('a', { authType: 'bearer', authToken: 'new' }, [new Secret('new')]);
    expect(await vendorErrorOf(put)).toMatchObject({
      kind: 'upstream',
      status: 502,
      message: expect.stringContaining('Failed to initialize gateway'),
    });
    expect(simulator.counts.put).toBe(1);
  });

  test.each([
    ['its MCP server failed', 'Failed to initialize gateway at http://localhost/b: x', 'upstream'],
    ['anything else', 'An invalid response was received', 'status'],
  ])('a 502 to a request to create that says %s is of its own kind', async (_, message, kind) => {
    const { simulator, session } = await world();
    const effect = { kind: 'status', status: 502, body: { message } } as const;
    simulator.misbehave({ operation: 'create', effect });
    const body = { name: 'Beta', url: 'http://localhost/b' };
    const request = {
      server: 'new#b',
      nonce: 'n',
      body,
      secrets: [],
      before: async () => undefined,
    };
    const error = await vendorErrorOf(session.create?.(request) as Promise<unknown>);
    expect(error).toMatchObject({ operation: 'create', kind, status: 502 });
    expect(wasNotProcessed(error)).toBe(kind === 'upstream');
    expect(simulator.counts.create).toBe(1);
  });

  test('after a lockout nothing is sent, not even what waited for its turn', async () => {
    const { simulator, inputs, session } = await world();
    const effect = { kind: 'status', status: 429, retryAfter: 900 } as const;
    simulator.misbehave({ operation: 'get', times: 1, effect });
    const turn = Promise.withResolvers<undefined>();
    inputs.admit = async (_patience, server) => (server === undefined ? undefined : turn.promise);
    const first = session.get('a');
    const second = session.put('a', { authType: 'none' }, []);
    const lockout = { kind: 'status', status: 429, retryAfterMs: 900_000 };
    expect(await vendorErrorOf(first)).toMatchObject(lockout);
    turn.resolve(undefined);
    expect(await vendorErrorOf(second)).toMatchObject({ ...lockout, operation: 'put' });
    expect(await vendorErrorOf(collect(session.list()))).toMatchObject(lockout);
    expect(simulator.counts).toEqual({ list: 0, get: 1, put: 0 });
    expect(inputs.calls).toMatchObject({ list: 0, put: 0, throttled: 1 });
  });

  test('has no hosts of its own, and a budget below its limit', () => {
    expect(createContextForge(clientFor('contextforge', []))).toMatchObject({
      name: 'contextforge',
      requestsPerMinute: 60,
      documentedHosts: [],
    });
  });
});
