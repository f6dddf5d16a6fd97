import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backoffMs } from '../../lib/model/backoff.ts';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
const hour = 60 * minute;
const [a = '', b = '', c = ''] = serverIds(3);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  for (const id of [a, b, c]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(
    { id: a, spec: { name: 'New a' } },
    { id: b, spec: { name: 'New b' } },
    { id: c, spec: { name: 'New c' } },
  );
});

afterEach(async () => {
  await world.close();
});

const record = async (id: string) => (await world.deps.ledger.read(connection)).servers.get(id);
const failPut = (effect: Effect, id = b) => world.barndoor.misbehave({ method: 'PUT', id, effect });

describe('terminal for this declaration', () => {
  test.each([400, 403, 422])('%i: failed, and not tried again until it changes', async (status) => {
    const end = failPut({ kind: 'status', status });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 2, failed: 1 });
    expect(await record(b)).toMatchObject({
      outcome: 'failed',
      reason: { code: `http-${status}` },
    });
    end();
    world.clock.advance(48 * hour);
    const later = await world.pass();
    expect(outcomesOf(later)).toEqual({ inSync: 2, failed: 1 });
    expect(later.vendorCalls.put).toBe(0);
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
  });

  test('409 is tried once more at the end of the pass: a name may have been handed on', async () => {
    // a wants b's name, which b gives up in the same pass
    world.barndoor.edit(a, { name: 'First' });
    world.barndoor.edit(b, { name: 'Second' });
    await world.declareConnection({ budget: { requestsPerMinute: 300, concurrency: 1 } });
    await world.declare({ id: a, spec: { name: 'Second' } }, { id: b, spec: { name: 'Third' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 3 });
    expect(world.barndoor.find(a).name).toBe('Second');
  });

  test('409 that stays: failed, tried once an hour', async () => {
    world.barndoor.edit(a, { name: 'Taken' });
    await world.declare({ id: a, spec: { name: 'Taken' } }, { id: b, spec: { name: 'taken ' } });
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ inSync: 1, updated: 1, failed: 1 });
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(hour);
    expect((await world.pass()).vendorCalls.put).toBe(2);
  });

  test.each([
    ['that does not exist', undefined, 'secret-missing'],
    ['without the key', JSON.stringify({ other: 'x' }), 'secret-key'],
  ])('a secret %s', async (_, text, code) => {
    const name = `trueup/${connection}/b`;
    if (text) await world.secrets.write(name, text);
    await world.declare({
      id: b,
      spec: { name: 'New b', client_secret: { secret: name, key: 'client_secret' } },
    });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 2, failed: 1 });
    expect(await record(b)).toMatchObject({ outcome: 'failed', reason: { code } });
    expect((await world.pass()).secretsDecrypted).toBe(0);
    await world.secrets.write(name, JSON.stringify({ client_secret: 'now-there' }));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
    expect(world.barndoor.find(b).client_secret).toBe('now-there');
  });
});

describe('transient', () => {
  const effects: readonly (readonly [string, Effect])[] = [
    ['408', { kind: 'status', status: 408 }],
    ['429', { kind: 'status', status: 429 }],
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['a cut connection', { kind: 'cut' }],
    ['HTML for JSON', { kind: 'html' }],
  ];
  test.each(effects)('%s: waiting, one attempt for each notBefore', async (_, effect) => {
    const end = failPut(effect);
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ updated: 2, waiting: 1 });
    expect(first.vendorCalls.put).toBe(3);
    expect(await record(b)).toMatchObject({ outcome: 'waiting', retry: { attempts: 1 } });
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(backoffMs(1, 0));
    expect((await world.pass()).vendorCalls.put).toBe(1);
    expect(await record(b)).toMatchObject({ outcome: 'waiting', retry: { attempts: 2 } });
    end();
    world.clock.advance(minute);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(minute);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
    expect(await record(b)).not.toHaveProperty('retry');
  });

  test('a changed declaration is tried at once', async () => {
    const end = failPut({ kind: 'status', status: 503 });
    await world.pass();
    end();
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
  });

  test.each([
    ['seconds', () => ({ retryAfter: 600 })],
    ['a date', () => ({ retryAfter: { at: world.clock.now() + 600_000 } })],
  ])('Retry-After in %s is honoured', async (_, more) => {
    const end = failPut({ kind: 'status', status: 429, ...more() });
    await world.pass();
    end();
    world.clock.advance(9 * minute);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(minute + 1000);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
  });

  test('a PUT that was applied and whose answer was lost is found in sync', async () => {
    const end = failPut({ kind: 'cut', applied: true });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 2, waiting: 1 });
    end();
    const later = await world.pass();
    expect(outcomesOf(later)).toEqual({ inSync: 3 });
    expect(later.vendorCalls.put).toBe(0);
  });

  test('an unreadable field whose PUT was lost is sent again, even if the declaration goes back', async () => {
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

describe('missing', () => {
  test('a server that the list lacks is confirmed by one GET, then believed', async () => {
    world.barndoor.remove(b);
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ updated: 2, missing: 1 });
    expect(first.vendorCalls.get).toBe(1);
    const second = await world.pass();
    expect(outcomesOf(second)).toEqual({ inSync: 2, missing: 1 });
    expect(second.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
    world.barndoor.add({ id: b, name: 'Back', slug: 'back' });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 2, updated: 1 });
  });

  test('a server that vanishes between list and PUT', async () => {
    failPut({ kind: 'status', status: 404 });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 2, missing: 1 });
  });

  test('a list that lacks a row it had is asked about, and the server is not missing', async () => {
    await world.pass();
    world.barndoor.misbehave({ operation: 'list', times: 1, effect: { kind: 'vanish' }, id: b });
    const report = await world.pass();
    expect(report.vendorCalls.get).toBe(1);
  });

  test('a list that lacks too much is not believed', async () => {
    const ids = serverIds(40);
    for (const id of ids.slice(3)) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { slug: `s-${id}` } })));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 40 });
    for (const id of ids.slice(0, 11)) world.barndoor.remove(id);
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 40 });
    expect(report).toMatchObject({ state: 'unreachable', vendorCalls: { get: 0, put: 0 } });
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });
});

describe('the connection', () => {
  test('401 after one renewed token ends the pass; its servers keep their outcome', async () => {
    await world.pass();
    await world.declare({ id: a, spec: { name: 'Newest a' } });
    world.barndoor.misbehave({ effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 3 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 0 });
    expect(report.credentialsDecrypted).toBe(1);
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });

  test('it has a backoff of its own, and a changed row is tried at once', async () => {
    const end = world.barndoor.misbehave({ effect: { kind: 'status', status: 403 } });
    expect((await world.pass()).state).toBe('unreachable');
    end();
    expect((await world.pass()).vendorCalls.list).toBe(0);
    await world.declareConnection({ policy: { mode: 'correct', limits: { minimum: 20 } } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 3 });
    expect((await world.pass()).state).toBe('ok');
  });

  test('its backoff goes on doubling over a pass that asks nothing of the vendor', async () => {
    await world.deps.ledger.pause(connection, { id: a, at: new Date().toISOString() });
    world.barndoor.misbehave({ effect: { kind: 'status', status: 503 } });
    const attempts = async () => (await world.deps.lease.read(connection))?.retry?.attempts;
    await world.pass();
    expect(await attempts()).toBe(1);
    world.clock.advance(2 * minute);
    expect((await world.pass({ servers: [a] })).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
    await world.pass();
    expect(await attempts()).toBe(2);
  });

  test('more than half of at least five attempts transient ends the pass', async () => {
    const ids = serverIds(30);
    for (const id of ids.slice(3)) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.declareConnection({
      policy: { mode: 'correct', limits: { minimum: 1000 } },
      budget: { requestsPerMinute: 300, concurrency: 1 },
    });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    world.barndoor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 503 } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ waiting: 5, unreached: 25 });
    expect(report.vendorCalls.put).toBe(5);
  });

  test('a row that does not fit is invalid, with its reason, and so are its servers', async () => {
    await world.declareConnection({ baseUrl: 'not a url' });
    const report = await world.pass();
    expect(report.state).toBe('invalid');
    expect(outcomesOf(report)).toEqual({ invalid: 3 });
    expect(report.reason?.message).toContain('/baseUrl');
    expect(report.vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
  });
});
