import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSimulatedLiteLlm } from '../../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmServerInit } from '../../../lib/local/gateways/litellm/server.ts';
import { createLiteLlm } from '../../../lib/gateways/litellm/provider.ts';
import { wasNotProcessed } from '../../../lib/model/errors/failure.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { describeProvider } from '../contract.ts';
import { clientFor, collect, connectionTo, sessionInputs, vendorErrorOf } from '../support.ts';

describeProvider({
  name: 'litellm',
  create: createLiteLlm,
  start: (ids, { tokens }) =>
    startSimulatedLiteLlm({
      servers: ids.map((id) => ({ server_id: id, server_name: `Server ${id}`, alias: `of ${id}` })),
      ...(tokens && { tokens }),
    }),
  listForms: [['array', 1]],
  nameKey: 'server_name',
  alsoSent: (id) => ({ server_id: id }),
  unreadable: { credentials: { auth_value: 'value' } },
  // Without the alias it would be read first.
  renamed: { server_name: 'Renamed', alias: 'of_a' },
  bookkeeping: ['updated_at', 'alias'],
  notFound: 'MCP Server with id c not found',
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const taken = { server_id: 'b', server_name: 'Beta', alias: 'second' };
const headers = { Authorization: 'Bearer shown-in-clear' };

async function world(
  init: Partial<LiteLlmServerInit> = {},
  { others = [taken], token = 'admin' }: { others?: LiteLlmServerInit[]; token?: string } = {},
) {
  const servers = [{ server_id: 'a', server_name: 'Alpha', alias: 'first', ...init }, ...others];
  const simulator = await startSimulatedLiteLlm({ servers, otherKeys: ['other'] });
  const client = clientFor('litellm', [simulator.url]);
  endings.push(simulator.close, () => client.close());
  const inputs = sessionInputs([token]);
  const session = createLiteLlm(client).open(connectionTo('litellm', simulator.url), inputs);
  const bodies = () =>
    simulator.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  return { simulator, inputs, session, bodies };
}

describe('LiteLLM', () => {
  test('is asked for its list once, and for nothing of one server', async () => {
    const { simulator, session } = await world();
    expect(await collect(session.list())).toHaveLength(2);
    expect(simulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/mcp/server',
    ]);
  });

  test('a PUT has the id in its body', async () => {
    const { simulator, session, bodies } = await world();
    await session.put('a', { description: 'New' }, []);
    expect(simulator.requests.at(-1)?.path).toBe('/v1/mcp/server');
    expect(bodies()).toEqual([{ server_id: 'a', description: 'New' }]);
  });

  test.each<[string, string | null, object, string | null]>([
    ['goes along as it is with another name', 'first', { server_name: 'New' }, 'first'],
    ['that is not set becomes the name', null, { server_name: 'New' }, 'New'],
    ['that is declared is sent as declared', 'first', { server_name: 'New', alias: 'x' }, 'x'],
    ['does not go along without the name', 'first', { description: 'New' }, 'first'],
  ])('the alias %s', async (_what, alias, body, expected) => {
    const { simulator, session } = await world({ alias });
    await collect(session.list());
    const { fields } = await session.put('a', { ...body }, []);
    expect(fields['alias']).toBe(expected);
    expect(simulator.find('a').alias).toBe(expected);
    expect(simulator.counts).toMatchObject({ list: 1, get: 0, put: 1 });
  });

  test('where the alias was not read before, it is read first, in the same budget', async () => {
    const { inputs, session, bodies } = await world();
    await session.put('a', { server_name: 'New' }, []);
    expect(bodies()).toEqual([{ server_id: 'a', server_name: 'New', alias: 'first' }]);
    expect([inputs.calls, inputs.admitted]).toEqual([{ list: 1, get: 0, put: 1 }, 2]);
  });

  test.each([{ server_name: 'SECOND', alias: 'x' }, { alias: 'beta' }])(
    '%j, which another server has, is a conflict',
    async (body) => {
      const { session } = await world();
      expect(await vendorErrorOf(session.put('a', body, []))).toMatchObject({
        kind: 'conflict',
        status: 400,
        message: expect.stringContaining('already exists (server_id=b)'),
      });
    },
  );

  test('another 400 is not', async () => {
    const { session } = await world();
    expect(await vendorErrorOf(session.put('a', { alias: 'a b' }, []))).toMatchObject({
      kind: 'status',
      status: 400,
      message: expect.stringContaining('Invalid MCP tool prefix'),
    });
  });

  test('what it shows in clear is in no answer, and in no error', async () => {
    const { simulator, session } = await world({ static_headers: headers });
    const answers = [
      await collect(session.list()),
      await session.get('a'),
      await session.put('a', { description: 'New' }, []),
    ];
    expect(inspect(answers, { depth: Infinity })).not.toContain('shown-in-clear');
    const body = { detail: { error: `header ${headers.Authorization} is not valid` } };
    simulator.misbehave({ operation: 'put', effect: { kind: 'status', status: 500, body } });
    const error = await vendorErrorOf(session.put('a', { description: 'New' }, []));
    expect(inspect(error, { depth: Infinity })).not.toContain('shown-in-clear');
  });

  test('a secret goes out, and does not come back', async () => {
    const { simulator, session } = await world();
    const body = { auth_type: 'bearer_token', credentials: { auth_value: 'new-value' } };
    const { fields } = await session.put('a', body, [new Secret('new-value')]);
    expect(simulator.find('a')).toMatchObject(body);
    expect(fields['credentials']).toEqual({ client_id: null, client_secret: null });
  });

  test("a server of the gateway's own file cannot be changed", async () => {
    const { session } = await world({ is_config: true });
    const [server] = await collect(session.list());
    expect(server?.readOnly).toBe("declared in the gateway's own configuration");
    expect(await vendorErrorOf(session.put('a', { description: 'New' }, []))).toMatchObject({
      status: 404,
    });
  });
});

describe('a new server at LiteLLM', () => {
  const body = { server_name: 'New', url: 'http://localhost/new', transport: 'http' };
  const credential = { auth_type: 'bearer_token', credentials: { auth_value: 'new-value' } };
  const request = (more: object = {}) => ({
    server: 'new#a',
    nonce: 'n1',
    body: { ...body, ...more },
    secrets: [new Secret('new-value')],
    before: async () => undefined,
  });

  test('has the id of its attempt, and its credential from the first moment', async () => {
    const { simulator, session } = await world();
    const made = await session.create?.(request(credential));
    expect(made).toMatchObject({ id: 'n1', server: { id: 'n1', fields: body } });
    expect(inspect(made, { depth: Infinity })).not.toContain('new-value');
    expect(simulator.find('n1')).toMatchObject({ ...body, ...credential, alias: 'New' });
    expect(simulator.counts).toMatchObject({ create: 1, put: 0 });
  });

  test.each<[string, object, string]>([
    ['its name', { server_name: 'SECOND' }, 'conflict'],
    ['its alias', { alias: 'beta' }, 'conflict'],
  ])('that would take %s from another is surely not created', async (_what, more, kind) => {
    const { simulator, session } = await world();
    const error = await vendorErrorOf(session.create?.(request(more)) as Promise<unknown>);
    expect(error).toMatchObject({ kind, status: 400 });
    expect(wasNotProcessed(error)).toBe(true);
    expect(simulator.servers).toHaveLength(2);
  });

  test.each<[string, unknown]>([
    ['with another id', { server_id: 'n2', server_name: 'New' }],
    ['that is no server', {}],
  ])('of an answer %s may have been created', async (_what, answer) => {
    const { simulator, session } = await world();
    const effect = { kind: 'status', status: 201, body: answer } as const;
    simulator.misbehave({ operation: 'create', effect });
    const error = await vendorErrorOf(session.create?.(request()) as Promise<unknown>);
    expect(error).toMatchObject({ kind: 'body', operation: 'create' });
    expect(wasNotProcessed(error)).toBe(false);
  });

  test('that is there already by the id of its attempt may have been created by it', async () => {
    const { session } = await world();
    await session.create?.(request());
    // As a proxy repeats it that had no answer to the first.
    const error = await vendorErrorOf(session.create?.(request()) as Promise<unknown>);
    expect(error).toMatchObject({ kind: 'body', status: 400, operation: 'create' });
    expect(error.message).toContain('MCP Server with id n1 already exists');
    expect(wasNotProcessed(error)).toBe(false);
  });

  test('is deleted with an answer that is empty, and is not there then', async () => {
    const { simulator, session } = await world();
    await session.create?.(request());
    await session.remove?.('n1');
    expect(simulator.counts).toMatchObject({ delete: 1 });
    expect(await vendorErrorOf(session.get('n1'))).toMatchObject({ status: 404 });
    const again = await vendorErrorOf(session.remove?.('n1') as Promise<unknown>);
    expect(again).toMatchObject({ kind: 'status', status: 404 });
  });
});

describe('the list', () => {
  const refused = {
    kind: 'status',
    status: 403,
    operation: 'list',
    message: expect.stringContaining('not a full administrator'),
  };

  test.each<[string, Partial<LiteLlmServerInit>]>([
    ['is empty', {}],
    ['has some servers, without their addresses', { allow_all_keys: true }],
  ])('of another key, which %s, is refused', async (_what, init) => {
    const { session } = await world(init, { token: 'other' });
    expect(await vendorErrorOf(collect(session.list()))).toMatchObject(refused);
  });

  test('of an administrator may be empty: another call says that it is one', async () => {
    const { simulator, inputs, session } = await world({}, { others: [] });
    simulator.remove('a');
    expect(await collect(session.list())).toEqual([]);
    expect(inputs.calls).toEqual({ list: 2, get: 0, put: 0 });
  });

  test('is not taken for empty where that call fails', async () => {
    const { simulator, session } = await world({}, { others: [] });
    simulator.remove('a');
    simulator.misbehave({ operation: 'get', effect: { kind: 'status', status: 404 } });
    expect(await vendorErrorOf(collect(session.list()))).toMatchObject({ status: 404 });
  });
});

test('LiteLLM has no hosts of its own, and waits for no MCP server', () => {
  expect(createLiteLlm(clientFor('litellm', []))).toMatchObject({
    name: 'litellm',
    requestsPerMinute: 300,
    documentedHosts: [],
    hasSlowGet: true,
  });
});
