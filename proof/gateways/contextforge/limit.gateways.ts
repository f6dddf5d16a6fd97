import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { outcomesOf } from '../../../test/support/world.ts';
import { startRealWorld } from './world.ts';
import type { RealWorld } from './world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await startRealWorld({ rateLimit: true });
});

afterAll(async () => {
  await world?.close();
});

const minute = 60_000;
/** As many calls as are surely too many: 100 a minute are allowed, and five refusals are a lockout. */
const calls = 130;

test('a real ContextForge that has had enough ends the pass, and is left alone for as long as it says', async () => {
  const id = await world.register('limited');
  await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
  for (let at = 0; at < calls; at += 1) {
    await world.call('GET', `/${id}`).catch(() => undefined);
  }
  await world.declare({ id, spec: { description: 'New' } });
  const report = await world.pass();
  expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-429' } });
  expect(outcomesOf(report)).toEqual({ unreached: 1 });
  expect(report.vendorCalls.put).toBe(0);

  // The lockout is 15 minutes: nothing is asked before, also by another pass.
  world.aws.clock.advance(14 * minute);
  const early = await world.pass();
  expect(early).toMatchObject({ state: 'unreachable', reason: { code: 'backing-off' } });
  expect(early.vendorCalls).toMatchObject({ list: 0, get: 0, put: 0 });
});
