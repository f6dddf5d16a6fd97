import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readStatus } from '../../lib/pass/status/read-status.ts';
import { bearer, outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'consent';
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.secrets.write(`trueup/${connection}/token`, bearer);
  await world.desired.put(connection, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create'] },
  });
  await world.desired.put(connection, 'new#crm', {
    spec: { name: 'CRM', mcp_server_directory_id: '00000000-0000-4000-9000-000000000001' },
  });
});

afterEach(() => world.close());

const pass = async () => outcomesOf(await world.pass({ connection }));

async function consent(): Promise<string | undefined> {
  const { servers } = await readStatus(connection, world.deps);
  return servers.find(({ label }) => label === 'crm')?.consentUrl;
}

test('status shows where to consent until the gateway shows that the server is connected', async () => {
  expect(await pass()).toEqual({ created: 1 });
  const server = world.barndoor.servers.find(({ name }) => name === 'CRM');
  const id = server?.id ?? '';
  const address = `https://auth.barndoor.example/consent/${id}`;
  expect(await consent()).toBe(address);
  for (const status of ['pending', 'error', 'available'] as const) {
    world.barndoor.edit(id, { connection_status: status });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await pass()).toEqual({ inSync: 1 });
    // oxlint-disable-next-line no-await-in-loop
    expect(await consent()).toBe(address);
  }
  world.barndoor.edit(id, { connection_status: 'connected' });
  expect(await pass()).toEqual({ inSync: 1 });
  expect(await consent()).toBeUndefined();
  const labels = await world.deps.ledger.labels(connection);
  expect(labels.get('crm')).toMatchObject({ binding: { id, origin: 'created' } });
  const writes = world.deps.ledger;
  expect(await pass()).toEqual({ inSync: 1 });
  expect((await writes.labels(connection)).get('crm')).toEqual(labels.get('crm'));
});
