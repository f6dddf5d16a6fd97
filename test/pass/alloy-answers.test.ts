import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import { startWorld, alloyConnection as connection, outcomesOf } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareAlloyConnection();
  world.alloy.add({ serverId: 's1', name: 'One', description: 'old' });
});

afterEach(async () => {
  await world.close();
});

const pass = async () => outcomesOf(await world.pass({ connection }));
const later = async () => {
  world.clock.advance(5 * minute);
  return pass();
};
const puts = () => world.alloy.requests.filter(({ method }) => method === 'PUT').length;
const onPut = (effect: Effect, times?: number) =>
  world.alloy.misbehave({ method: 'PUT', effect, ...(times !== undefined && { times }) });
const declare = (spec: Record<string, unknown>) => world.declareAtAlloy({ id: 's1', spec });
const rules = { users: { mode: 'allowlist', allowedIds: ['a'] } };

test('a description that is trimmed is in sync, said once, and not fought over', async () => {
  await declare({ description: ' new ' });
  onPut({
    kind: 'normalise',
    change: (server) => ({ ...server, description: String(server['description']).trim() }),
  });
  expect(await pass()).toEqual({ waiting: 1 });
  for (let times = 0; times < 3; times += 1) expect(await later()).toEqual({ inSync: 1 });
  expect(puts()).toBe(1);
  // what somebody else makes of it is drift
  world.alloy.edit('s1', { description: 'theirs' });
  expect(await later()).toEqual({ waiting: 1 });
  expect(world.alloy.find('s1').description).toBe('new');
  // and another declaration is another value
  await declare({ description: 'newer' });
  expect(await later()).toEqual({ updated: 1 });
});

test('a third value that no list confirms is sent again, and refused after three attempts', async () => {
  await declare({ description: 'new' });
  onPut({ kind: 'normalise', stored: false, change: (one) => ({ ...one, description: 'odd' }) });
  const end = onPut({ kind: 'stale', applied: false });
  for (let times = 0; times < 10; times += 1) await later();
  expect(puts()).toBe(3);
  expect(await later()).toEqual({ refused: 1 });
  end();
  expect(await later()).toEqual({ refused: 1 });
  await declare({ description: 'newer' });
  expect(await later()).toEqual({ waiting: 1 });
});

test('restrictions of which the answer shows the old: a later list decides', async () => {
  await declare({ restrictions: rules });
  onPut({ kind: 'stale', applied: true }, 1);
  expect(await pass()).toEqual({ waiting: 1 });
  expect(await pass()).toEqual({ inSync: 1 });
  expect(puts()).toBe(1);
});

test('restrictions that are never applied are refused after three attempts', async () => {
  await declare({ restrictions: rules });
  onPut({ kind: 'stale', applied: false });
  for (let times = 0; times < 10; times += 1) await later();
  expect(puts()).toBe(3);
  expect(await pass()).toEqual({ refused: 1 });
});

test('restrictions of which a part is refused: the rest is corrected all the same', async () => {
  await declare({ name: 'One', restrictions: rules });
  const admin = { users: { mode: 'allowlist', allowedIds: ['a', 'admin'] } };
  onPut({ kind: 'normalise', change: (server) => ({ ...server, restrictions: admin }) });
  expect(await pass()).toEqual({ waiting: 1 });
  expect(await later()).toEqual({ refused: 1 });
  world.alloy.edit('s1', { name: 'Somebody’s' });
  await later();
  expect(world.alloy.find('s1').name).toBe('One');
  expect(world.alloy.requests.at(-1)?.body).not.toHaveProperty('restrictions');
  expect(await later()).toEqual({ refused: 1 });
});

test('an answer to a PUT without restrictions says nothing good of them', async () => {
  await declare({ restrictions: rules });
  onPut(
    { kind: 'normalise', stored: false, change: ({ restrictions: _gone, ...rest }) => rest },
    1,
  );
  expect(await pass()).toEqual({ waiting: 1 });
  expect(await later()).toEqual({ inSync: 1 });
  expect(puts()).toBe(1);
});

test('a description that no answer shows is sent once and assumed; never drift', async () => {
  world.alloy.misbehave({ effect: { kind: 'mask', field: 'description', value: 0 } });
  await declare({ description: 'new' });
  expect(await pass()).toEqual({ updated: 1 });
  expect(world.alloy.find('s1').description).toBe('new');
  for (let times = 0; times < 3; times += 1) expect(await later()).toEqual({ assumed: 1 });
  expect(puts()).toBe(1);
  await declare({ description: 'newer' });
  expect(await later()).toEqual({ updated: 1 });
  expect(puts()).toBe(2);
});

test('a description that only the list shows and the PUT does not apply is waited for, not assumed', async () => {
  await declare({ description: 'new' });
  onPut({ kind: 'stale', applied: false });
  world.alloy.misbehave({
    method: 'PUT',
    effect: { kind: 'normalise', stored: false, change: ({ description: _gone, ...rest }) => rest },
  });
  expect(await pass()).toEqual({ waiting: 1 });
  for (let times = 0; times < 10; times += 1) await later();
  expect(await pass()).toEqual({ refused: 1 });
});

test('a PUT that was cut after it was applied leaves instructions unknown: they are sent once more', async () => {
  await declare({ name: 'Two', instructions: 'Be kind' });
  onPut({ kind: 'cut', applied: true }, 1);
  expect(await pass()).toEqual({ waiting: 1 });
  expect(await later()).toEqual({ updated: 1 });
  expect(world.alloy.requests.at(-1)?.body).toEqual({ instructions: 'Be kind' });
  expect(await later()).toEqual({ assumed: 1 });
});

test('a list that shifts while it is read finds every server, and takes none for missing', async () => {
  await world.close();
  world = await startWorld({}, { alloy: { listForm: 'paged' } });
  await world.declareAlloyConnection();
  const ids = Array.from({ length: 120 }, (_, index) => `s${index}`);
  for (const id of ids) world.alloy.add({ serverId: id, name: `Name ${id}` });
  await world.declareAtAlloy(...ids.map((id) => ({ id, spec: { name: `Name ${id}` } })));
  for (const how of ['repeat', 'skip'] as const) {
    const end = world.alloy.misbehave({ effect: { kind: 'shift', how } });
    const report = await world.pass({ connection });
    expect(outcomesOf(report)).toEqual({ inSync: 120 });
    expect(report.vendorCalls).toMatchObject({ get: how === 'skip' ? 1 : 0, put: 0 });
    end();
  }
});
