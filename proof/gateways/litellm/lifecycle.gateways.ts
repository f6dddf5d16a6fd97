import { expect, test } from '@jest/globals';
import { approve } from '../../../lib/pass/approve.ts';
import { outcomesOf } from '../../../test/support/world.ts';
import { describeLifecycle } from '../lifecycle.ts';
import type { RealGateway } from '../lifecycle.ts';
import { startRealWorld } from './world.ts';
import type { Answer, RealWorld } from './world.ts';

let real: RealWorld;

async function start(): Promise<RealGateway> {
  real = await startRealWorld();
  const { aws, gateway, upstream, call, register, close } = real;
  return {
    provider: 'litellm',
    url: gateway.url,
    token: gateway.token,
    aws,
    spec: (name, secret) => ({
      server_name: name,
      url: `${upstream.url}/${name}`,
      transport: 'http',
      description: 'By Trueup',
      allowed_tools: [`read-${name}`],
      auth_type: 'bearer_token',
      credentials: { auth_value: { secret } },
    }),
    register: async (name) => {
      await register(name);
      return name;
    },
    named: async (name) => {
      const all = (await call('GET', '/v1/mcp/server')) as readonly Answer[];
      return all
        .filter((one) => one['server_name'] === name)
        .map(({ server_id: id, description }) => ({ id, description: description }));
    },
    status: async (id) => {
      const headers = { authorization: `Bearer ${gateway.token}` };
      return (await fetch(`${gateway.url}/v1/mcp/server/${id}`, { headers })).status;
    },
    credential: async (id, name) => {
      await call('GET', `/mcp-rest/tools/list?server_id=${id}`);
      const { authorization } = upstream.seen(`/${name}`).headers;
      return typeof authorization === 'string' ? authorization : undefined;
    },
    close,
  };
}

const world = describeLifecycle('a real LiteLLM', start);

test('what was created at a real LiteLLM is found by its id, also where it was renamed meanwhile', async () => {
  const { connect, declare, pass, gateway, label, proxy } = world();
  await connect('renamed');
  await declare('renamed');
  proxy.lose('POST', 'answer');
  expect(outcomesOf(await pass('renamed'))).toEqual({ unsure: 1 });
  const [found] = await gateway.named('renamed');
  const id = found?.id ?? '';
  await real.call('PUT', '/v1/mcp/server', { server_id: id, server_name: 'by_hand' });
  gateway.aws.clock.advance(10 * 60_000);
  await pass('renamed');
  expect(await label('renamed')).toMatchObject({ binding: { id } });
  expect(outcomesOf(await pass('renamed'))).toEqual({ updated: 1 });
  expect(await gateway.named('renamed')).toEqual([{ id, description: 'By Trueup' }]);
});

test("the name of a server of a real LiteLLM's own file is not taken", async () => {
  const { connect, declare, pass, proxy } = world();
  await connect('file');
  await declare('file', { server_name: 'of_the_file' });
  const posts = proxy.count('POST');
  const report = await pass('file');
  expect(report.details).toMatchObject([
    { outcome: 'waiting', reason: { message: expect.stringContaining('own configuration') } },
  ]);
  expect(proxy.count('POST')).toBe(posts);
});

test('a server with an OAuth flow is created whole at a real LiteLLM, and deleted', async () => {
  const { connect, declare, secret, pass, gateway, deps } = world();
  await connect('flow');
  await secret('flow', 'secret-1');
  const flow = {
    auth_type: 'oauth2',
    credentials: {
      client_id: 'trueup',
      client_secret: { secret: 'trueup/flow/server' },
      scopes: ['b', 'a'],
    },
    token_url: 'http://localhost:1/token',
    oauth2_flow: 'client_credentials',
    audience: 'jira',
  };
  await declare('flow', flow);
  expect(outcomesOf(await pass('flow'))).toEqual({ created: 1 });
  expect(outcomesOf(await pass('flow'))).toEqual({ assumed: 1 });
  const [found] = await gateway.named('flow');
  expect(await real.live(found?.id ?? '')).toMatchObject({
    auth_type: 'oauth2',
    token_url: 'http://localhost:1/token',
    oauth2_flow: 'client_credentials',
    audience: 'jira',
  });
  await declare('flow', flow, { state: 'absent' });
  const { held } = await pass('flow');
  await approve('flow', held ?? '', deps, 'kim');
  expect(outcomesOf(await pass('flow'))).toEqual({ deleted: 1 });
  expect(await gateway.named('flow')).toEqual([]);
});
