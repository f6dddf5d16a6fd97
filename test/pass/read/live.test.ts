import { afterEach, expect, test } from '@jest/globals';
import { alloyConnection as connection, outcomesOf, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

let world: TestWorld;

afterEach(() => world.close());

async function start(listForm: 'count' | 'paged', servers: number): Promise<string[]> {
  world = await startWorld({}, { alloy: { listForm } });
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
