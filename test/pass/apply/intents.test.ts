import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connection, outcomesOf, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const [id = ''] = serverIds(1);
const minutes = 60_000;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  world.barndoor.add({ id, name: 'Old', slug: 'old' });
});

afterEach(() => world.close());

test('attempts in vain at a value say nothing of it once another value was sent in between', async () => {
  const declare = (name: string) => world.declare({ id, spec: { name } });
  // It answers 200 and does not do it, three times: refused.
  const end = world.barndoor.misbehave({
    operation: 'put',
    effect: { kind: 'stale', applied: false },
  });
  await declare('Wanted');
  for (let attempts = 0; attempts < 3; attempts += 1) {
    await world.pass();
    world.clock.advance(10 * minutes);
  }
  expect(outcomesOf(await world.pass())).toEqual({ refused: 1 });
  end();
  // Another value is applied, and never confirmed.
  const cut = world.barndoor.misbehave({
    operation: 'put',
    effect: { kind: 'status', status: 502, applied: true },
  });
  await declare('Other');
  expect(outcomesOf(await world.pass())).toEqual({ waiting: 1 });
  cut();
  expect(world.barndoor.find(id)).toMatchObject({ name: 'Other' });
  const [record] = (await world.deps.ledger.read(connection)).servers.values();
  expect(record?.undecided).toEqual({});
  await declare('Wanted');
  expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
  expect(world.barndoor.find(id)).toMatchObject({ name: 'Wanted' });
});

test('an intent of a field ends with the read that shows the field', async () => {
  const shows = world.barndoor.misbehave({
    operation: 'list',
    effect: { kind: 'mask', field: 'slug', value: false },
  });
  const cut = world.barndoor.misbehave({
    operation: 'put',
    effect: { kind: 'status', status: 502, applied: true },
  });
  await world.declare({ id, spec: { slug: 'declared' } });
  expect(outcomesOf(await world.pass())).toEqual({ waiting: 1 });
  cut();
  shows();
  const intent = async () => {
    const { servers } = await world.deps.ledger.read(connection);
    return servers.get(id)?.intent?.pointers;
  };
  expect(await intent()).toEqual(['/slug']);
  world.clock.advance(10 * minutes);
  expect(outcomesOf(await world.pass())).toEqual({ inSync: 1 });
  expect(await intent()).toBeUndefined();
});
