import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { anotherProcess } from '../support/another-process.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
const hour = 60 * minute;
const ids = serverIds(10);
const [a = '', b = ''] = ids;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection({ policy: { mode: 'correct', limits: { minimum: 1000 } } });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(async () => {
  await world.close();
});

const record = async (id: string) => (await world.deps.ledger.read(connection)).servers.get(id);

/** A pass of a process that does not wait long. */
async function hurried(servers?: readonly string[]) {
  const request = { connection, trigger: 'schedule' as const, ...(servers && { servers }) };
  const result = await reconcile(request, anotherProcess(world, 400));
  if (result.kind !== 'done') throw new Error('the lease is held by somebody else');
  return result.report;
}

describe('one server’s own GET', () => {
  const fail = (effect: Effect) => world.barndoor.misbehave({ operation: 'get', id: b, effect });

  test('403: failed and announced once; read again when the declaration changes', async () => {
    const end = fail({ kind: 'status', status: 403 });
    expect(outcomesOf(await world.pass({ servers: [a, b] }))).toEqual({ updated: 1, failed: 1 });
    expect(await record(b)).toMatchObject({ outcome: 'failed', reason: { code: 'http-403' } });
    await world.pass({ servers: [a, b] });
    const failed = world.events.filter(({ type }) => type === 'Update Failed');
    expect(failed).toMatchObject([{ server: b, reason: { code: 'http-403' } }]);
    end();
    await world.declare({ id: b, spec: { name: 'Newer' } });
    expect(outcomesOf(await world.pass({ servers: [b] }))).toEqual({ updated: 1 });
  });

  test('404: missing', async () => {
    fail({ kind: 'status', status: 404 });
    expect(outcomesOf(await world.pass({ servers: [a, b] }))).toEqual({ updated: 1, missing: 1 });
  });

  test.each([
    ['503', { kind: 'status', status: 503 }],
    ['a cut', { kind: 'cut' }],
    ['no answer', { kind: 'hang' }],
    ['a 404 with a page of a proxy', { kind: 'html', status: 404 }],
    ['another server', { kind: 'mask', field: 'id', value: a }],
  ] as readonly (readonly [string, Effect])[])(
    '%s: waiting, and not asked before it is due',
    async (_, effect) => {
      const end = fail(effect);
      expect(outcomesOf(await hurried([a, b]))).toEqual({ updated: 1, waiting: 1 });
      expect(await record(b)).toMatchObject({ outcome: 'waiting', retry: { attempts: 1 } });
      world.callsSince();
      expect(outcomesOf(await hurried([b]))).toEqual({ waiting: 1 });
      expect(world.callsSince()).not.toHaveProperty('get');
      end();
      world.clock.advance(minute);
      expect(outcomesOf(await hurried([b]))).toEqual({ updated: 1 });
    },
  );

  test('more than half of at least five attempts transient is the connection', async () => {
    const end = world.barndoor.misbehave({
      operation: 'get',
      effect: { kind: 'status', status: 503 },
    });
    const report = await hurried(ids);
    expect(report.state).toBe('unreachable');
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect((await hurried(ids)).vendorCalls.get).toBe(0);
    end();
    world.clock.advance(minute);
    expect(outcomesOf(await hurried(ids))).toEqual({ updated: 10 });
  });
});

describe('a PUT', () => {
  test.each([
    ['without an answer', { kind: 'hang' }],
    ['answered with too much', { kind: 'huge', bytes: 100_000 }],
    ['answered with another server', { kind: 'mask', field: 'id', value: b }],
    ['answered with nothing', { kind: 'status', status: 200, body: '' }],
    ['answered with a list', { kind: 'status', status: 200, body: [] }],
  ] as readonly (readonly [string, Effect])[])('%s: waiting, sent once', async (_, effect) => {
    const end = world.barndoor.misbehave({ method: 'PUT', id: a, effect });
    const report = await hurried();
    expect(outcomesOf(report)).toEqual({ updated: 9, waiting: 1 });
    expect(report.vendorCalls.put).toBe(10);
    end();
    world.clock.advance(minute);
    expect((await hurried()).counts.inSync).toBeGreaterThan(8);
    expect(world.barndoor.find(a).name).toBe(`New ${a}`);
  });

  test('two names swapped: both fail, and are tried once an hour', async () => {
    await world.pass();
    await world.declare(
      { id: a, spec: { name: `New ${b}` } },
      { id: b, spec: { name: `New ${a}` } },
    );
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 2, inSync: 8 });
    expect(report.vendorCalls.put).toBe(4);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(hour);
    expect((await world.pass()).vendorCalls.put).toBe(4);
    // a person frees one of the names
    await world.declare({ id: a, spec: { name: 'In between' } });
    expect(outcomesOf(await world.pass())).toMatchObject({ updated: 1 });
    world.clock.advance(hour);
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, inSync: 9 });
  });

  test.each([409, 422])('%i with a Retry-After is no less final', async (status) => {
    world.barndoor.misbehave({
      method: 'PUT',
      id: a,
      effect: { kind: 'status', status, retryAfter: 1 },
    });
    await world.pass();
    world.clock.advance(10 * minute);
    expect((await world.pass()).vendorCalls.put).toBe(0);
  });

  test('backoff doubles up to an hour', async () => {
    world.barndoor.misbehave({ method: 'PUT', id: a, effect: { kind: 'status', status: 503 } });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await world.pass();
      const { retry } = (await record(a)) ?? {};
      const wait = Date.parse(retry?.notBefore ?? '') - world.clock.now();
      waits.push(Math.round(wait / minute));
      world.clock.advance(wait + 1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('401 that stays ends the pass; what was done is done', async () => {
    await world.declareConnection({
      policy: { mode: 'correct', limits: { minimum: 1000 } },
      budget: { requestsPerMinute: 60_000, concurrency: 1 },
    });
    world.barndoor.misbehave({ method: 'PUT', skip: 3, effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 3, unreached: 7 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls.put).toBe(5);
  });
});

describe('the connection', () => {
  test.each([
    ['a redirect', { kind: 'redirect', to: 'https://sso.example/' }, 'redirect', 1],
    ['a page of a proxy', { kind: 'html' }, 'body', 3],
    ['a 404', { kind: 'status', status: 404 }, 'http-404', 1],
    ['403', { kind: 'status', status: 403 }, 'http-403', 1],
    ['503', { kind: 'status', status: 503 }, 'http-503', 3],
    ['a cut', { kind: 'cut' }, 'cut', 3],
    ['no answer', { kind: 'hang' }, 'timeout', 3],
    ['too much', { kind: 'huge', bytes: 100_000 }, 'body', 1],
    ['no list', { kind: 'status', status: 200, body: { data: 5 } }, 'body', 1],
  ] as readonly (readonly [string, Effect, string, number])[])(
    '%s for its list: unreachable, nothing is missing, nothing sent',
    async (_, effect, code, calls) => {
      const end = world.barndoor.misbehave({ operation: 'list', effect });
      const report = await hurried();
      expect(outcomesOf(report)).toEqual({ unreached: 10 });
      expect(report).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(report.vendorCalls).toEqual({ list: calls, get: 0, put: 0 });
      expect((await world.deps.ledger.read(connection)).servers.size).toBe(0);
      end();
      expect((await hurried()).vendorCalls.list).toBe(0);
      world.clock.advance(minute);
      expect(outcomesOf(await hurried())).toEqual({ updated: 10 });
    },
  );

  test('Retry-After of its list is honoured', async () => {
    const effect = { kind: 'status', status: 429, retryAfter: 1200 } as const;
    const end = world.barndoor.misbehave({ operation: 'list', effect });
    expect((await world.pass()).vendorCalls.list).toBe(1);
    end();
    world.clock.advance(19 * minute);
    expect((await world.pass()).vendorCalls.list).toBe(0);
    world.clock.advance(minute + 1000);
    expect((await world.pass()).state).toBe('ok');
  });

  test('TLS that is none', async () => {
    const baseUrl = world.barndoor.url.replace('http:', 'https:');
    await world.declareConnection({ baseUrl });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'tls' } });
  });

  test('a host that the settings do not name gets nothing', async () => {
    await world.declareConnection({ baseUrl: world.alloy.url });
    const report = await world.pass();
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'host' } });
    expect(world.alloy.requests).toEqual([]);
    const auth = {
      type: 'client-credentials',
      tokenUrl: `${world.alloy.url}/token`,
      client_id: 'x',
      client_secret: { secret: `trueup/${connection}/token` },
    };
    await world.declareConnection({ auth });
    expect(await world.pass()).toMatchObject({ state: 'unreachable', reason: { code: 'host' } });
    expect(world.alloy.requests).toEqual([]);
  });
});
