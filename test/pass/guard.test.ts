import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import { preview } from '../../lib/pass/preview.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { dyingAt } from '../support/lease-events.ts';
import { sampled } from '../support/sample.ts';

const minute = 60_000;
const hour = 60 * minute;
const ids = serverIds(20);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `S ${id}` } })));
  expect(outcomesOf(await world.pass())).toEqual({ inSync: 20 });
});

afterEach(async () => {
  await world.close();
});

const rename = (some: readonly string[], to: string) =>
  world.declare(...some.map((id) => ({ id, spec: { name: `${to} ${id}` } })));

describe('the guard', () => {
  test('lets 30 % of the servers through', async () => {
    await rename(ids.slice(0, 6), 'New');
    expect(outcomesOf(await world.pass())).toEqual({ updated: 6, inSync: 14 });
  });

  test('holds more, records and announces it once, and sends nothing of it', async () => {
    await rename(ids.slice(0, 7), 'New');
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ held: 7, inSync: 13 });
    expect(report.vendorCalls.put).toBe(0);
    const again = await world.pass();
    expect(again.held).toBe(report.held);
    expect(world.events.filter(({ type }) => type === 'Plan Held')).toHaveLength(1);
    const held = await world.deps.ledger.held(connection, report.held ?? '');
    expect(held?.hashes).toHaveLength(7);
    expect(held?.plan.guard).toMatchObject({ active: true, changing: 7, declared: 20 });
  });

  test('counts the last hour: small batches add up', async () => {
    await rename(ids.slice(0, 4), 'New');
    expect(outcomesOf(await world.pass())).toMatchObject({ updated: 4 });
    await rename(ids.slice(4, 7), 'New');
    expect(outcomesOf(await world.pass())).toMatchObject({ held: 3 });
    // one pushed by name is counted just the same
    const named = await world.pass({ servers: ids.slice(4, 7), trigger: 'stream' });
    expect(outcomesOf(named)).toEqual({ held: 3 });
    world.clock.advance(hour);
    expect(outcomesOf(await world.pass())).toMatchObject({ updated: 3 });
  });

  test('counts what a holder changed that ended before it could save its count', async () => {
    await rename(ids.slice(0, 6), 'New');
    const { lease } = world.deps;
    const dying = {
      ...world.deps,
      lease: dyingAt('release', lease),
    };
    await expect(reconcile({ connection, trigger: 'schedule' }, dying)).rejects.toThrow('killed');
    world.clock.advance(2 * minute);
    await rename(ids.slice(6, 8), 'New');
    expect(outcomesOf(await world.pass())).toEqual({ held: 2, inSync: 18 });
  });

  test.each(
    sampled<[string, Effect]>(
      [
        ['cuts the connection', { kind: 'cut', applied: true }],
        ['answers 500', { kind: 'status', status: 500, applied: true }],
        ['answers 504', { kind: 'status', status: 504, applied: true }],
        ['answers 204', { kind: 'status', status: 204, applied: true }],
        ['answers 403', { kind: 'status', status: 403, applied: true }],
        ['answers 429', { kind: 'status', status: 429, applied: true }],
        ['answers 302', { kind: 'redirect', to: 'https://elsewhere.test/', applied: true }],
        ['answers a page', { kind: 'html', applied: true }],
        ['answers the old value', { kind: 'stale', applied: true }],
      ],
      3,
    ),
  )('counts what was sent where the gateway does it and %s', async (_, effect) => {
    const applied = () => ids.filter((id) => world.barndoor.find(id)?.['name'] !== `S ${id}`);
    world.barndoor.misbehave({ operation: 'put', effect });
    for (let from = 0; from < ids.length; from += 3) {
      await rename(ids.slice(0, from + 3), 'New');
      await world.pass({ trigger: 'stream', servers: ids.slice(from, from + 3) });
      await world.pass();
      world.clock.advance(minute);
    }
    expect(applied().length).toBeGreaterThan(0);
    expect(applied().length).toBeLessThanOrEqual(6);
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.guard.changedLastHour).toBe(applied().length);
    expect(plan.guard.held).toBeDefined();
  });

  test('gives back what was not sent', async () => {
    await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 2 } });
    await rename(ids.slice(0, 6), 'New');
    const stop = new AbortController();
    const change = (server: Record<string, unknown>) => {
      stop.abort();
      return server;
    };
    world.barndoor.misbehave({ operation: 'put', effect: { kind: 'normalise', change } });
    const { put } = (await world.pass({ stop: stop.signal })).vendorCalls;
    expect(put).toBeLessThan(6);
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.guard).toMatchObject({ changedLastHour: put, changing: 6 - put });
  });

  test('counts all that a process meant to send that died, before its first PUT', async () => {
    await rename(ids.slice(0, 6), 'New');
    const { log } = world.deps;
    let renewals = 0;
    const lease: LeaseStore = {
      ...world.deps.lease,
      change: async (name, event, known) => {
        if (renewals > 0) throw new Error('killed');
        if (event.kind === 'renew') {
          renewals += 1;
          expect(world.barndoor.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
        }
        return world.deps.lease.change(name, event, known);
      },
    };
    const dying = reconcile({ connection, trigger: 'schedule' }, { ...world.deps, lease, log });
    await expect(dying).rejects.toThrow('killed');
    world.clock.advance(2 * minute);
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.guard.changedLastHour).toBe(6);
    // A later pass finds them in sync, and uncounts nothing.
    await rename(ids.slice(6, 8), 'New');
    expect(outcomesOf(await world.pass())).toEqual({ held: 2, inSync: 18 });
  });

  test('sends nothing whose count could not be saved', async () => {
    await rename(ids.slice(0, 6), 'New');
    const lease = dyingAt('renew', world.deps.lease);
    const request = { connection, trigger: 'schedule' } as const;
    await expect(reconcile(request, { ...world.deps, lease })).rejects.toThrow('killed');
    expect(world.barndoor.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  test('rows that are dropped to below the minimum make no room', async () => {
    for (const id of ids.slice(9)) await world.desired.remove(connection, `server#${id}`);
    await rename(ids.slice(0, 9), 'New');
    expect(outcomesOf(await world.pass())).toEqual({ held: 9 });
    const named = await world.pass({ servers: ids.slice(0, 9), trigger: 'stream' });
    expect(outcomesOf(named)).toEqual({ held: 9 });
  });

  test('rows that are added in mode off make no room, whatever the time between pushes', async () => {
    const off = serverIds(200).slice(20);
    const policy = { mode: 'off' };
    await world.declare(...off.map((id) => ({ id, spec: { name: 'Off' }, policy })));
    for (let day = 0; day < 2; day += 1) {
      await world.pass();
      world.clock.advance(24 * hour);
    }
    await rename(ids.slice(0, 7), 'New');
    const named = await world.pass({ servers: ids.slice(0, 7), trigger: 'stream' });
    expect(outcomesOf(named)).toEqual({ held: 7 });
    expect(outcomesOf(await world.pass())).toMatchObject({ held: 7, off: 180 });
  });

  test('a server counts once an hour', async () => {
    for (const to of ['One', 'Two', 'Three']) {
      await rename(ids.slice(0, 6), to);
      expect(outcomesOf(await world.pass())).toMatchObject({ updated: 6 });
    }
  });

  test('an approval allows exactly the held changes for a day; later changes are guarded', async () => {
    await rename(ids.slice(0, 7), 'New');
    const { held = '' } = await world.pass();
    const at = new Date(world.clock.now()).toISOString();
    await world.deps.ledger.approve(connection, { digest: held, at, by: 'somebody' });
    await rename(ids.slice(7, 14), 'New');
    expect(outcomesOf(await world.pass())).toEqual({ updated: 7, held: 7, inSync: 6 });
    // approved changes were not counted
    await rename(ids.slice(8, 14), 'S');
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, inSync: 19 });
  });

  test('an approval expires after 24 hours', async () => {
    await rename(ids.slice(0, 7), 'New');
    const { held = '' } = await world.pass();
    const at = new Date(world.clock.now()).toISOString();
    await world.deps.ledger.approve(connection, { digest: held, at });
    world.clock.advance(24 * hour);
    expect(outcomesOf(await world.pass())).toMatchObject({ held: 7 });
  });

  test('is not active below the minimum', async () => {
    await world.declareConnection({ policy: { mode: 'correct', limits: { minimum: 21 } } });
    await rename(ids, 'New');
    expect(outcomesOf(await world.pass())).toEqual({ updated: 20 });
  });

  test('holds a change of a server and lets its rotation through', async () => {
    const secret = `trueup/${connection}/shared`;
    await world.secrets.write(secret, 'one');
    const spec = (id: string) => ({ name: `S ${id}`, client_secret: { secret } });
    await world.declareConnection({ policy: { mode: 'correct', limits: { updates: '100%' } } });
    await world.declare(...ids.slice(0, 7).map((id) => ({ id, spec: spec(id) })));
    await world.pass();
    await world.declareConnection();
    world.clock.advance(2 * hour);
    await world.secrets.write(secret, 'two');
    await world.declare(
      ...ids.slice(0, 7).map((id) => ({ id, spec: { ...spec(id), name: `New ${id}` } })),
    );
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ held: 7, inSync: 13 });
    const [first = ''] = ids;
    expect(world.barndoor.find(first)).toMatchObject({ client_secret: 'two', name: `S ${first}` });
    expect((await world.pass()).vendorCalls.put).toBe(0);
  });
});

describe('mode', () => {
  test('defaults to report: an unattended pass changes nothing, also what was approved', async () => {
    await world.declareConnection({ policy: {} });
    await rename(ids.slice(0, 7), 'New');
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ reported: 7, inSync: 13 });
    expect(report.vendorCalls.put).toBe(0);
  });

  test('a person who was shown the changes applies them in mode report too; others are listed', async () => {
    await world.declareConnection({ policy: {} });
    await rename(ids.slice(0, 2), 'New');
    const common = { approved: true, includeReport: true, lockTimeoutMs: 0 };
    const attended = { ...common, shown: new Set<string>() };
    const { plan } = await preview({ connection, trigger: 'cli', attended }, world.deps);
    const hashes = plan.changes.flatMap(({ changes }) => changes.map(({ hash }) => hash));
    const shown = new Set(hashes.slice(0, 1));
    const report = await world.pass({
      trigger: 'cli',
      attended: { ...common, shown },
    });
    expect(outcomesOf(report)).toEqual({ updated: 1, reported: 1, inSync: 18 });
  });

  test('off and paused servers are left alone', async () => {
    const [a = '', b = ''] = ids;
    await world.declare(
      { id: a, spec: { name: 'New' }, policy: { mode: 'off' } },
      { id: b, spec: { name: 5 } },
    );
    expect(outcomesOf(await world.pass())).toEqual({ off: 1, invalid: 1, inSync: 18 });
  });
});
