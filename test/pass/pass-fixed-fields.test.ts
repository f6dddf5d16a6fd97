import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { approve } from '../../lib/pass/approve.ts';
import { bearer, outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'fixed';
const [first, second] = [1, 2].map((n) => `00000000-0000-4000-9000-00000000000${n}`);
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.secrets.write(`trueup/${connection}/token`, bearer);
  await world.desired.put(connection, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'] },
  });
});

afterEach(() => world.close());

const declare = (entry = '', more: object = {}) =>
  world.desired.put(connection, 'new#crm', {
    spec: { name: 'CRM', slug: 'crm', mcp_server_directory_id: entry },
    ...more,
  });
const pass = async () => outcomesOf(await world.pass({ connection }));

test('a field that can only be set on create is compared with what was sent, also if the answer was lost', async () => {
  const effect = { kind: 'cut', applied: true } as const;
  world.barndoor.misbehave({ operation: 'create', times: 1, effect });
  await declare(first);
  expect(await pass()).toEqual({ unsure: 1 });
  await declare(second);
  world.clock.advance(3 * 60_000);
  expect(await pass()).toEqual({ unsure: 1 });
  expect(await pass()).toEqual({ invalid: 1 });
  await declare(first);
  expect(await pass()).toEqual({ inSync: 1 });
});

test('a server whose fixed field changed can be declared absent, and then created with the new value', async () => {
  await declare(first);
  expect(await pass()).toEqual({ created: 1 });
  await declare(second);
  expect(await pass()).toEqual({ invalid: 1 });
  await declare(second, { state: 'absent' });
  const { held } = await world.pass({ connection });
  await approve(connection, held ?? '', world.deps, 'kim');
  expect(await pass()).toEqual({ deleted: 1 });
  await declare(second);
  expect(await pass()).toEqual({ created: 1 });
  expect(await pass()).toEqual({ inSync: 1 });
});
