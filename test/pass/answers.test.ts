import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
const [a = ''] = serverIds(1);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  world.barndoor.add({ id: a, name: 'Old', slug: 'old' });
  await world.declare({ id: a, spec: { name: 'New' } });
});

afterEach(async () => {
  await world.close();
});

const putsSoFar = () => world.barndoor.requests.filter(({ method }) => method === 'PUT').length;
const record = async () => (await world.deps.ledger.read(connection)).servers.get(a);

describe('what the answer to a PUT shows', () => {
  test('the old value, applied all the same: a later list decides', async () => {
    world.barndoor.misbehave({
      method: 'PUT',
      times: 1,
      effect: { kind: 'stale', applied: true },
    });
    expect(outcomesOf(await world.pass())).toEqual({ waiting: 1 });
    expect(await record()).toMatchObject({ outcome: 'waiting', reason: { code: 'not-applied' } });
    const later = await world.pass();
    expect(outcomesOf(later)).toEqual({ inSync: 1 });
    expect(later.vendorCalls.put).toBe(0);
    expect((await record())?.undecided).toEqual({});
  });

  test('the old value for ever: three attempts with backoff, then refused until it changes', async () => {
    const end = world.barndoor.misbehave({
      method: 'PUT',
      effect: { kind: 'stale', applied: false },
    });
    let puts = 0;
    for (let pass = 0; pass < 20; pass += 1) {
      puts += (await world.pass()).vendorCalls.put;
      world.clock.advance(minute);
    }
    expect(puts).toBe(3);
    expect(await record()).toMatchObject({ outcome: 'refused', reason: { pointer: '/name' } });
    end();
    await world.declare({ id: a, spec: { name: 'Newer' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
  });

  test.each([
    ['answered with 502', false],
    ['recorded by nobody, the store being away', true],
  ])(
    'refused, then another value applied and %s: the refused one is sent again when it is declared again',
    async (_, isStoreAway) => {
      const end = world.barndoor.misbehave({
        method: 'PUT',
        effect: { kind: 'stale', applied: false },
      });
      for (let pass = 0; pass < 5; pass += 1) {
        await world.pass();
        world.clock.advance(10 * minute);
      }
      expect(await record()).toMatchObject({ outcome: 'refused' });
      end();

      await world.declare({ id: a, spec: { name: 'Between' } });
      world.barndoor.misbehave({
        method: 'PUT',
        times: 1,
        effect: { kind: 'status', status: 502, applied: true },
      });
      const putsBefore = putsSoFar();
      const { ledger } = world.deps;
      const writeServer: typeof ledger.writeServer = async (...inputs) => {
        if (isStoreAway && putsSoFar() > putsBefore)
          throw new StoreError('store-unreachable', 'away');
        return ledger.writeServer(...inputs);
      };
      const request = { connection, trigger: 'schedule' } as const;
      const pass = reconcile(request, { ...world.deps, ledger: { ...ledger, writeServer } });
      await pass.catch(() => undefined);
      expect(world.barndoor.find(a).name).toBe('Between');

      await world.declare({ id: a, spec: { name: 'New' } });
      world.clock.advance(10 * minute);
      expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
      expect(world.barndoor.find(a).name).toBe('New');
    },
  );

  test('a third value that a later list confirms: in sync, and never fought over', async () => {
    world.barndoor.misbehave({
      method: 'PUT',
      effect: {
        kind: 'normalise',
        change: (server) => ({ ...server, name: String(server['name']).toUpperCase() }),
      },
    });
    expect(outcomesOf(await world.pass())).toEqual({ waiting: 1 });
    for (let pass = 0; pass < 3; pass += 1) {
      world.clock.advance(5 * minute);
      const report = await world.pass();
      expect(outcomesOf(report)).toEqual({ inSync: 1 });
      expect(report.vendorCalls.put).toBe(0);
    }
    world.barndoor.edit(a, { name: 'Somebody’s' });
    world.clock.advance(5 * minute);
    expect((await world.pass()).vendorCalls.put).toBe(1);
  });

  test('a mask in place of the client id is never sent back, nor taken for drift', async () => {
    await world.declare({ id: a, spec: { name: 'New', client_id: 'real-client-id' } });
    world.barndoor.misbehave({ effect: { kind: 'mask', field: 'client_id' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
    const again = await world.pass();
    expect(outcomesOf(again)).toEqual({ assumed: 1 });
    expect(again.vendorCalls.put).toBe(0);
    expect(world.barndoor.find(a).client_id).toBe('real-client-id');
  });

  test('read-after-write delay does no harm', async () => {
    world.barndoor.misbehave({ method: 'PUT', times: 1, effect: { kind: 'delayed', reads: 2 } });
    await world.pass();
    for (let pass = 0; pass < 4; pass += 1) {
      world.clock.advance(5 * minute);
      await world.pass();
    }
    expect(world.barndoor.find(a).name).toBe('New');
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1 });
  });
});

describe('what is recorded', () => {
  test('history has before, after, cause, trigger and pass; secrets as version ids', async () => {
    await world.secrets.write(`trueup/${connection}/a`, 'canary-value');
    await world.declare({
      id: a,
      label: 'mine',
      spec: { name: 'New', client_secret: { secret: `trueup/${connection}/a` } },
    });
    const report = await world.pass();
    const [event] = world.events.filter(({ type }) => type === 'Server Updated');
    expect(event).toMatchObject({
      change: {
        server: a,
        label: 'mine',
        pass: report.pass,
        trigger: 'schedule',
        fields: [
          { pointer: '/client_secret', cause: 'adopt', after: { kind: 'secret' } },
          { pointer: '/name', cause: 'adopt', before: { value: 'Old' }, after: { value: 'New' } },
        ],
      },
    });
    expect(JSON.stringify([world.events, world.log.lines, await record(), report])).not.toContain(
      'canary-value',
    );
  });

  test('a row that is removed is forgotten, and the server is left alone', async () => {
    await world.pass();
    await world.desired.remove(connection, `server#${a}`);
    const report = await world.pass();
    expect(report).toMatchObject({ servers: 0, undeclared: 1 });
    expect(await record()).toBeUndefined();
    expect(world.barndoor.find(a).name).toBe('New');
  });
});
