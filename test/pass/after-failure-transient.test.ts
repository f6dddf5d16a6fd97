import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { outcomesOf } from '../support/world.ts';
import { answer } from './support/failure-table.ts';
import {
  a,
  advanceTo,
  b,
  closeTen,
  failPut,
  minute,
  minutesTo,
  putsTo,
  record,
  startTen,
  world,
} from './support/ten-servers.ts';

describe('a transient failure', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test('gets one attempt for each notBefore, however many passes there are', async () => {
    failPut(answer(503));
    const times = new Set<string>();
    for (let nth = 0; nth < 37; nth += 1) {
      if (nth > 0) world.clock.advance(nth <= 16 ? minute : 8 * minute);
      await world.pass(nth % 2 === 1 ? { servers: [b] } : {});
      times.add((await record(b))?.retry?.notBefore ?? 'none');
    }
    const sent = putsTo(b);
    const due = [...times].map((time) => Date.parse(time));
    // 1, 2, 4, 8, 16, 32 minutes, then every hour
    expect(sent).toHaveLength(8);
    expect(due).toHaveLength(8);
    for (const [nth, at] of sent.slice(1).entries()) {
      expect(at).toBeGreaterThanOrEqual(due[nth] ?? Number.NaN);
      expect(at).toBeLessThan((due[nth] ?? Number.NaN) + 9 * minute);
    }
    expect(world.barndoor.find(a).name).toBe(`New ${a}`);
  });

  test('backs off twice as long each time, up to an hour', async () => {
    failPut(answer(503));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await world.pass();
      const notBefore = (await record(b))?.retry?.notBefore;
      waits.push(minutesTo(notBefore));
      advanceTo(notBefore, 1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('is tried at once when the declaration changes', async () => {
    const end = failPut(answer(503));
    await world.pass();
    end();
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test.each([
    ['seconds', () => ({ retryAfter: 600 })],
    ['a date', () => ({ retryAfter: { at: world.clock.now() + 600_000 } })],
  ])('waits for a Retry-After in %s', async (_, more) => {
    const end = failPut(answer(503, more()));
    await world.pass();
    end();
    world.clock.advance(9 * minute);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(minute + 1000);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('of a 429 with a Retry-After of a minute is the server’s, of more the connection’s', async () => {
    const end = failPut(answer(429, { retryAfter: 60 }));
    expect(await world.pass()).toMatchObject({ state: 'ok', counts: { waiting: 1 } });
    end();
    world.clock.advance(61_000);
    const endLockout = failPut(answer(429, { retryAfter: 900 }));
    const reason = { code: 'http-429' };
    expect(await world.pass()).toMatchObject({ state: 'unreachable', reason });
    endLockout();
    world.clock.advance(14 * minute);
    const { length } = world.barndoor.requests;
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    expect(world.barndoor.requests).toHaveLength(length);
    world.clock.advance(minute + 1000);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('of a PUT that was applied and whose answer was lost is found in sync', async () => {
    const end = failPut({ kind: 'cut', applied: true });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 9, waiting: 1 });
    end();
    const later = await world.pass();
    expect(outcomesOf(later)).toEqual({ inSync: 10 });
    expect(later.vendorCalls.put).toBe(0);
  });

  test('of an unreadable field whose PUT was lost: it is sent again, even if the declaration goes back', async () => {
    const spec = { name: 'New b', client_id: 'first' };
    await world.declare({ id: b, spec });
    await world.pass();
    const end = failPut({ kind: 'cut', applied: true });
    await world.declare({ id: b, spec: { ...spec, client_id: 'second' } });
    await world.pass();
    expect(world.barndoor.find(b).client_id).toBe('second');
    end();
    await world.declare({ id: b, spec });
    await world.pass();
    expect(world.barndoor.find(b).client_id).toBe('first');
  });
});
