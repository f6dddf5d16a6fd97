import { afterEach, describe, expect, test } from '@jest/globals';
import {
  alloyConnection as connection,
  outcomesOf,
  serverIds,
  startWorld,
} from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

let world: TestWorld;

afterEach(() => world.close());

async function start(listForm: 'count' | 'paged', servers: number): Promise<string[]> {
  world = await startWorld({}, { sqliteLedger: true, alloy: { listForm } });
  await world.declareAlloyConnection();
  const ids = Array.from({ length: servers }, (_, index) => `s${index}`);
  for (const id of ids) world.alloy.add({ serverId: id, name: `Name ${id}` });
  return ids;
}
const declare = (ids: readonly string[]) =>
  world.declareAtAlloy(...ids.map((id) => ({ id, spec: { name: `Name ${id}` } })));

test.each([
  ['count', 1],
  ['paged', 4],
] as const)('a list of the form %s is read whole', async (listForm, list) => {
  const ids = await start(listForm, 260);
  await declare(ids.slice(10));
  const report = await world.pass({ connection });
  expect(outcomesOf(report)).toEqual({ inSync: 250 });
  expect(report).toMatchObject({ undeclared: 10, vendorCalls: { list, get: 0, put: 0 } });
});

test.each([
  ['repeat', 0],
  ['skip', 1],
] as const)(
  'a list that shifts while it is read (%s) finds every server, and takes none for missing',
  async (how, get) => {
    await declare(await start('paged', 120));
    world.alloy.misbehave({ effect: { kind: 'shift', how } });
    const report = await world.pass({ connection });
    expect(outcomesOf(report)).toEqual({ inSync: 120 });
    expect(report.vendorCalls).toMatchObject({ get, put: 0 });
  },
);

describe('a UUID is one id in any case', () => {
  const lower = '0a1b2c3d-0000-4000-8000-00000000abcd';
  const upper = lower.toUpperCase();

  test.each([
    [lower, upper],
    [upper, lower],
  ])('declared as %s, and %s at the gateway: calls use the spelling there', async (id, live) => {
    world = await startWorld({}, { sqliteLedger: true });
    await world.declareConnection();
    world.barndoor.add({ id: live, name: 'Old' });
    await world.declare({ id, spec: { name: 'New' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1 });
    expect(report).toMatchObject({ undeclared: 0, vendorCalls: { get: 0, put: 1 } });
    expect(world.barndoor.find(live).name).toBe('New');
    world.barndoor.edit(live, { name: 'Drifted' });
    expect(outcomesOf(await world.pass({ servers: [id] }))).toEqual({ updated: 1 });
    expect(world.barndoor.find(live).name).toBe('New');
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1 });
  });

  test('of two rows in both spellings one is invalid', async () => {
    world = await startWorld({}, { sqliteLedger: true });
    await world.declareConnection();
    world.barndoor.add({ id: lower, name: 'Old' });
    await world.declare({ id: upper, spec: { name: 'A' } }, { id: lower, spec: { name: 'B' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, invalid: 1 });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1, invalid: 1 });
  });
});

test('a name in another Unicode form is no difference', async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  const [id = ''] = serverIds(1);
  world.barndoor.add({ id, name: 'Café Support' });
  await world.declare({ id, spec: { name: 'Cafe\u0301 Support' } });
  const report = await world.pass();
  expect(outcomesOf(report)).toEqual({ inSync: 1 });
  expect(report.vendorCalls.put).toBe(0);
});
