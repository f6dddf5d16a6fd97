import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LoopbackServer } from '../../../lib/local/loopback-server.ts';
import { startLoopbackServer } from '../../../lib/local/loopback-server.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

let world: TestWorld;
let foreign: LoopbackServer;
let asked: string[];

beforeEach(async () => {
  asked = [];
  foreign = await startLoopbackServer(({ method, path, headers }) => {
    asked.push(`${method} ${path} ${headers.authorization}`);
    return { status: 200, body: { access_token: 'theirs', data: [] } };
  });
  world = await startWorld();
  const [a = ''] = serverIds(1);
  world.barndoor.add({ id: a, name: 'Old' });
  await world.declare({ id: a, spec: { name: 'New' } });
});

afterEach(async () => {
  await world.close();
  await foreign.close();
});

/** Whoever can write rows of Desired, and no more than that. */
describe('a row that names a host of its writer', () => {
  const signIn = () => ({
    type: 'client-credentials',
    tokenUrl: `${foreign.url}/token`,
    client_id: 'trueup',
    client_secret: { secret: `trueup/${connection}/token` },
  });

  test.each<[string, () => Record<string, unknown>]>([
    ['as base URL', () => ({ baseUrl: foreign.url })],
    ['as token endpoint', () => ({ auth: signIn() })],
    ['that is allowed for another provider', () => ({ baseUrl: world.alloy.url })],
    ['that a link-local address is', () => ({ baseUrl: 'https://169.254.169.254' })],
    ['that plain http leads to', () => ({ baseUrl: 'http://gateway.example' })],
  ])('%s gets no request, and no other host gets one', async (_, row) => {
    await world.declareConnection(row());
    const report = await world.pass();
    expect(report.state).toMatch(/^(?:unreachable|invalid)$/);
    expect(report.reason?.message).toMatch(/is not among the allowed hosts|must be https/);
    expect(report.counts.updated).toBe(0);
    expect(asked).toEqual([]);
    expect(world.barndoor.requests).toEqual([]);
    expect(world.alloy.requests).toEqual([]);
  });

  test('would have been seen, had there been one', async () => {
    await fetch(`${foreign.url}/api/servers`, { headers: { authorization: 'Bearer x' } });
    expect(asked).toEqual(['GET /api/servers Bearer x']);
  });
});
