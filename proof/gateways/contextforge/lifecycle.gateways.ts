import { expect, test } from '@jest/globals';
import { outcomesOf } from '../../../test/support/world.ts';
import { describeLifecycle } from '../lifecycle.ts';
import type { RealGateway } from '../lifecycle.ts';
import { startRealWorld } from './world.ts';
import type { Answer, RealWorld } from './world.ts';

let real: RealWorld;

async function start(): Promise<RealGateway> {
  real = await startRealWorld();
  const { aws, gateway, upstream, call, register, credential, close } = real;
  return {
    provider: 'contextforge',
    url: gateway.url,
    token: await gateway.leastToken('gateways.create', 'gateways.delete'),
    aws,
    spec: (name, secret) => ({
      name,
      url: `${upstream.url}/${name}`,
      description: 'By Trueup',
      transport: 'STREAMABLEHTTP',
      tags: ['Team A'],
      authType: 'bearer',
      authToken: { secret },
    }),
    register,
    named: async (name) => {
      const all = (await call('GET', '?include_inactive=true&limit=0')) as unknown;
      return (all as readonly Answer[])
        .filter((one) => one['name'] === name)
        .map(({ id, description }) => ({ id, description: description }));
    },
    status: async (id) => {
      const headers = { authorization: `Bearer ${gateway.token}` };
      return (await fetch(`${gateway.url}/v1/gateways/${id}`, { headers })).status;
    },
    credential: async (id, name) => {
      await call('POST', `/${id}/tools/refresh`);
      return credential(name);
    },
    close,
  };
}

const world = describeLifecycle('a real ContextForge', start);

test('a credential that the MCP server refuses creates nothing at a real ContextForge', async () => {
  const { connect, declare, secret, pass, gateway, label } = world();
  const { aws } = gateway;
  await connect('refused');
  await declare('refused');
  real.upstream.expect('/refused', 'Bearer token-2');
  const report = await pass('refused');
  expect(outcomesOf(report)).toEqual({ waiting: 1 });
  expect(report.details).toMatchObject([
    { reason: { code: 'upstream', message: expect.stringContaining('HTTP 401') } },
  ]);
  expect(await gateway.named('refused')).toEqual([]);
  expect(await label('refused')).toBeUndefined();
  await secret('refused', 'token-2');
  aws.clock.advance(5 * 60_000);
  expect(outcomesOf(await pass('refused'))).toEqual({ created: 1 });
});
