import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { outcomesOf, serverIds } from '../../support/world.ts';
import { a, b, closeTen, record, startTen, world } from '../support/ten-servers.ts';

describe('a missing server', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test('is confirmed by one GET, then believed, and updated once the list shows it', async () => {
    world.barndoor.remove(b);
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ updated: 9, missing: 1 });
    expect(first.vendorCalls.get).toBe(1);
    const second = await world.pass();
    expect(outcomesOf(second)).toEqual({ inSync: 9, missing: 1 });
    expect(second.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
    world.barndoor.add({ id: b, name: 'Back', slug: 'back' });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('that a list lacks for a moment is asked about, and is not missing', async () => {
    await world.pass();
    world.barndoor.misbehave({ operation: 'list', times: 1, effect: { kind: 'vanish' }, id: b });
    const report = await world.pass();
    expect(report.vendorCalls.get).toBe(1);
    expect(outcomesOf(report)).toEqual({ inSync: 10 });
  });

  test('a list that lacks too many is not believed', async () => {
    const many = serverIds(40);
    for (const id of many.slice(10)) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.declare(...many.map((id) => ({ id, spec: { slug: `s-${id}` } })));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 40 });
    for (const id of many.slice(0, 11)) world.barndoor.remove(id);
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 40 });
    expect(report).toMatchObject({ state: 'unreachable', vendorCalls: { get: 0, put: 0 } });
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });
});
