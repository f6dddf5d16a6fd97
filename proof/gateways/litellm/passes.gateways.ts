import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectSettled, planned } from './checks.ts';
import { connection, startRealWorld } from './world.ts';
import type { Answer, RealWorld } from './world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await startRealWorld();
  await world.declareConnection();
});

afterAll(async () => {
  await world?.close();
});

const put = (body: object) => world.call('PUT', '/v1/mcp/server', body);
const reference = (name: string) => ({ secret: `trueup/${connection}/${name}` });
/** What a server's answer says beside the declared fields and what each PUT moves. */
function rest(answer: Answer, ...declared: readonly string[]): string {
  const moving = ['updated_at', 'updated_by', ...declared];
  return JSON.stringify(Object.entries(answer).filter(([key]) => !moving.includes(key)));
}

describe('a pass at a real LiteLLM', () => {
  test('applies what is declared, and plans nothing then', async () => {
    await world.register('applied');
    const spec = {
      server_name: 'Applied_Prod.2',
      alias: 'applied_prod',
      description: 'By Trueup',
      instructions: 'Be brief',
      transport: 'sse',
      url: `${world.upstream.url}/applied2`,
      allowed_tools: ['a', 'b'],
      mcp_access_groups: ['ops'],
      extra_headers: ['X-Tenant'],
      allow_all_keys: true,
      available_on_public_internet: false,
      timeout: 30,
      max_concurrent_requests: 5,
      auth_type: 'none',
    };
    await world.declare({ id: 'applied', spec });
    // A GET before, since a new URL may clear more than is declared.
    await expectSettled(world, 'applied', 'inSync', { get: 1 });
    expect(await world.live('applied')).toMatchObject({ ...spec, auth_type: null });
  });

  test('clears what is declared as null', async () => {
    const spec = {
      alias: null,
      description: null,
      instructions: null,
      audience: null,
      allowed_tools: null,
      timeout: null,
      max_concurrent_requests: null,
    };
    await world.register('cleared', {
      description: 'd',
      instructions: 'i',
      audience: 'a',
      allowed_tools: ['a'],
      timeout: 5,
      max_concurrent_requests: 2,
    });
    await world.declare({ id: 'cleared', spec });
    await expectSettled(world, 'cleared', 'inSync');
    expect(await world.live('cleared')).toMatchObject({ ...spec, allowed_tools: [] });
  });

  test("corrects drift made by the gateway's own API", async () => {
    await world.register('drifted');
    const spec = { description: 'By Trueup', allowed_tools: ['a'], allow_all_keys: false };
    await world.declare({ id: 'drifted', spec });
    await world.pass({ servers: ['drifted'] });
    await put({
      server_id: 'drifted',
      description: 'By hand',
      allowed_tools: [],
      allow_all_keys: true,
    });
    expect(await planned(world, 'drifted')).toEqual([
      'drift /allow_all_keys',
      'drift /allowed_tools',
      'drift /description',
    ]);
    await expectSettled(world, 'drifted', 'inSync');
    expect(await world.live('drifted')).toMatchObject(spec);
  });

  test('leaves undeclared fields as they are, the alias too', async () => {
    await world.register('undeclared', {
      alias: 'prefix_of_tools',
      instructions: '  two  spaces, ünïcode ✓',
      extra_headers: ['X-B', 'X-A', 'X-B'],
      static_headers: { Authorization: 'Bearer in-clear' },
      env_vars: [{ name: 'KEY', value: 'in-clear', scope: 'global' }],
      mcp_info: { description: 'Tickets' },
      token_url: 'http://localhost:1/token',
    });
    const before = await world.live('undeclared');
    await world.declare({ id: 'undeclared', spec: { server_name: 'Renamed_by_Trueup' } });
    await expectSettled(world, 'undeclared', 'inSync');
    const after = await world.live('undeclared');
    expect(after['server_name']).toBe('Renamed_by_Trueup');
    expect(rest(after, 'server_name', 'mcp_info')).toBe(rest(before, 'server_name', 'mcp_info'));
    expect((await world.used('undeclared')).headers['authorization']).toBe('Bearer in-clear');
  });

  test.each<[string, object, string, string]>([
    ['bearer_token', {}, 'authorization', 'Bearer value-1'],
    ['api_key', {}, 'x-api-key', 'value-1'],
    ['token', {}, 'authorization', 'token value-1'],
    ['authorization', {}, 'authorization', 'value-1'],
  ])('takes a credential of type %s to the MCP server', async (type, more, header, expected) => {
    const id = `of_${type}`;
    await world.register(id);
    await world.secret(id, 'value-1');
    const credentials = { auth_value: reference(id), ...more };
    await world.declare({ id, spec: { auth_type: type, credentials } });
    await expectSettled(world, id, 'assumed', { get: 1 });
    expect((await world.used(id)).headers[header]).toBe(expected);
  });

  test('takes a rotated secret to the MCP server', async () => {
    await world.secret('rotated', 'value-1');
    await world.register('rotated', {
      auth_type: 'bearer_token',
      credentials: { auth_value: 'value-1' },
    });
    const credentials = { auth_value: reference('rotated') };
    await world.declare({ id: 'rotated', spec: { auth_type: 'bearer_token', credentials } });
    await expectSettled(world, 'rotated', 'assumed');
    await world.secret('rotated', 'value-2');
    expect(await planned(world, 'rotated')).toEqual(['rotated /credentials/auth_value']);
    await expectSettled(world, 'rotated', 'assumed');
    expect((await world.used('rotated')).headers['authorization']).toBe('Bearer value-2');
  });

  test('sends a credential again that a change of the type has erased', async () => {
    await world.register('retyped');
    await world.secret('retyped', 'value-1');
    const credentials = { auth_value: reference('retyped') };
    await world.declare({ id: 'retyped', spec: { auth_type: 'bearer_token', credentials } });
    await world.pass({ servers: ['retyped'] });
    await put({ server_id: 'retyped', auth_type: 'api_key' });
    expect(await planned(world, 'retyped')).toEqual([
      'drift /auth_type',
      'together /credentials/auth_value',
    ]);
    await expectSettled(world, 'retyped', 'assumed', { get: 1 });
    expect((await world.used('retyped')).headers['authorization']).toBe('Bearer value-1');
  });

  test('changes a secret in an object that merges, and keeps the rest of it', async () => {
    await world.secret('merged', 'value-1');
    const declared = {
      client_id: 'trueup',
      client_secret: reference('merged'),
      scopes: ['a', 'b'],
    };
    await world.register('merged', {
      auth_type: 'oauth2',
      credentials: { client_id: 'old', client_secret: 'old', scopes: ['a'] },
      token_url: 'http://localhost:1/token',
      oauth2_flow: 'client_credentials',
    });
    await world.declare({ id: 'merged', spec: { auth_type: 'oauth2', credentials: declared } });
    await expectSettled(world, 'merged', 'assumed');
    expect(await world.live('merged')).toMatchObject({
      credentials: { scopes: ['a', 'b'] },
      token_url: 'http://localhost:1/token',
    });
  });
});
