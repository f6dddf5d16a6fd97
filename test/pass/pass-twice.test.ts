import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { outcomesOf, startWorld, type TestWorld } from '../support/world.ts';
import { alloyFleet } from './support/alloy-fleet.ts';
import { barndoorFleet } from './support/barndoor-fleet.ts';
import type { RandomFleet } from './support/random-fleet.ts';
import { atScale } from '../support/sample.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startWorld({}, { sqliteLedger: true, alloy: { listForm: 'paged' } });
});

afterAll(async () => {
  await world.close();
});

async function applyAndPlanAgain<T>(fleet: RandomFleet<T>, numRuns: number): Promise<void> {
  const { connection, server } = fleet;
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(server, { minLength: 1, maxLength: 8 }), async (servers) => {
      round += 1;
      await fleet.clear();
      await fleet.declareConnection();
      for (const [index, one] of servers.entries()) await fleet.add(one, index, round);
      const first = await world.pass({ connection });
      expect(first.counts.failed + first.counts.invalid + first.counts.unreached).toBe(0);
      expect(first.details.filter(({ outcome }) => outcome !== 'updated')).toEqual([]);
      const second = await world.pass({ connection });
      expect(outcomesOf(second)).not.toHaveProperty('updated');
      expect(second.vendorCalls.put).toBe(0);
      expect(second.counts.inSync + second.counts.assumed).toBe(servers.length);
      fleet.isLeftAlone(servers);
    }),
    { numRuns },
  );
}

test('at Barndoor: apply, plan again, expect nothing; and what was not declared is as it was', () =>
  applyAndPlanAgain(barndoorFleet(world), atScale(10, 100)));

test('at Alloy: apply, plan again, expect nothing; access rules mean what was declared, the rest is as it was', () =>
  applyAndPlanAgain(alloyFleet(world), atScale(6, 100)));
