import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DesiredStore } from '../../../lib/desired/desired-store.types.ts';
import type { Ledger } from '../../../lib/ledger/ledger.types.ts';
import type { Pause } from '../../../lib/model/ledger.types.ts';
import { Stops } from '../../../lib/pass/apply/stops.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const ids = serverIds(30);
const policy = { mode: 'correct', limits: { updates: '100%' } };
const budget = { requestsPerMinute: 60_000, concurrency: 3 };

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection({ policy, budget });
  for (const id of ids) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(async () => {
  await world.close();
});

/** In the middle of the PUT of a server something is written, and five seconds go by. */
function meanwhile(write: () => Promise<unknown>) {
  let written: Promise<unknown> | undefined;
  const change = (server: Record<string, unknown>) => {
    written ??= write().then(() => world.clock.advance(5_000));
    return server;
  };
  world.barndoor.misbehave({ operation: 'put', effect: { kind: 'normalise', change } });
  return { settled: () => written };
}

const at = () => new Date(world.clock.now()).toISOString();
/** Updates that were under way, and those that began while it was being written. */
const underWay = 12;

describe('a running pass', () => {
  test('starts no update of a connection that is paused five seconds after the pause', async () => {
    const { settled } = meanwhile(() => world.deps.ledger.pause(connection, { at: at() }));
    const report = await world.pass();
    await settled();
    const { updated = 0, paused = 0 } = outcomesOf(report);
    expect(updated + paused).toBe(30);
    expect(report.vendorCalls.put).toBe(updated);
    expect(updated).toBeLessThanOrEqual(underWay);
    expect(outcomesOf(await world.pass())).toEqual({ paused: 30 });
  });

  test('leaves a server whose pause ends while it reads the list, and does not take it for missing', async () => {
    const [id = ''] = ids;
    const until = new Date(world.clock.now() + 10_000).toISOString();
    await world.deps.ledger.pause(connection, { id, at: at(), until });
    const secret = { secret: `trueup/${connection}/s`, key: 'text' };
    await world.secrets.write(secret.secret, JSON.stringify({ text: 'abc' }));
    await world.declare({ id: ids[1] ?? '', spec: { name: 'New', client_secret: secret } });
    // Which servers are read is known when the versions of secrets are listed.
    const versions = world.deps.secrets.versions.bind(world.deps.secrets);
    world.deps.secrets.versions = async (...asked) => {
      await setTimeout();
      world.clock.advance(20_000);
      return versions(...asked);
    };
    expect(outcomesOf(await world.pass())).toEqual({ updated: 29, paused: 1 });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, inSync: 28, assumed: 1 });
  });

  test('leaves one server that is paused, and goes on with the others', async () => {
    const last = ids.at(-1) ?? '';
    meanwhile(() => world.deps.ledger.pause(connection, { id: last, at: at() }));
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 29, paused: 1 });
    expect(world.barndoor.find(last)).toMatchObject({ name: `S ${last}` });
  });

  test('ends where the row of its connection says off five seconds after it was written', async () => {
    const off = { policy: { ...policy, mode: 'off' }, budget };
    meanwhile(() => world.declareConnection(off));
    const report = await world.pass();
    expect(report.state).toBe('interrupted');
    expect(report.vendorCalls.put).toBeLessThanOrEqual(underWay);
    expect(outcomesOf(await world.pass())).toEqual({ off: 30 });
  });
});

describe('what stops a pass', () => {
  const row = { item: 'connection', value: { policy: { mode: 'correct' } } };
  const pause = { at: '2026-11-22T12:00:00.000Z' };

  function stopsAt(readMs: number) {
    let now = 0;
    let readings = 0;
    const pauses: Pause[] = [];
    const clock = { now: () => now, sleep: async () => undefined };
    const deps = {
      clock,
      ledger: { pauses: async () => pauses.slice() } as unknown as Ledger,
      desired: {
        rows: async () => {
          readings += 1;
          now += readMs;
          return [{ ...row, value: { policy: { mode: 'correct' } } }];
        },
      } as unknown as DesiredStore,
    };
    const stops = new Stops(connection, row, deps);
    stops.saw([], 0);
    return { stops, pauses, readings: () => readings, advance: (ms: number) => (now += ms) };
  }

  test('is read again once its reading is four seconds old, and then once for all servers', async () => {
    const { stops, readings, advance } = stopsAt(10);
    advance(4_000);
    await Promise.all(ids.map((id) => stops.assertMay(id)));
    expect(readings()).toBe(0);
    advance(1);
    await Promise.all(ids.map((id) => stops.assertMay(id)));
    expect(readings()).toBe(1);
  });

  test('is a pause of the connection or of the server, not of another one', async () => {
    const { stops, pauses, advance } = stopsAt(0);
    pauses.push({ ...pause, id: 'a' });
    advance(4_001);
    await expect(stops.assertMay('b')).resolves.toBeUndefined();
    await expect(stops.assertMay('a')).rejects.toMatchObject({ code: 'paused' });
    pauses.push(pause);
    advance(4_001);
    await expect(stops.assertMay('b')).rejects.toMatchObject({ code: 'paused' });
  });

  test('is a pause of a new server by the key of its row, made before it had an id', async () => {
    const { stops, pauses, advance } = stopsAt(0);
    pauses.push({ ...pause, id: 'new#a' });
    advance(4_001);
    await expect(stops.assertMay('s1')).resolves.toBeUndefined();
    stops.created('new#a', 's1');
    await expect(stops.assertMay('s1')).rejects.toMatchObject({ code: 'paused' });
    await expect(stops.assertMay('s2')).resolves.toBeUndefined();
  });

  test('is a store that answers too late to be believed', async () => {
    const { stops, readings, advance } = stopsAt(4_500);
    advance(4_001);
    await expect(stops.assertMay('a')).rejects.toMatchObject({ code: 'stopped' });
    expect(readings()).toBe(3);
  });
});
