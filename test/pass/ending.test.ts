// What ends a pass: the failure table's rows of the connection.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, outcomesOf } from '../support/world.ts';
import { answer, listFailures, ways } from './support/failure-table.ts';
import {
  a,
  closeTen,
  ids,
  impatient,
  minute,
  policy,
  record,
  startTen,
  world,
} from './support/ten-servers.ts';
import { closeTowns, manyIds, neighbourId, othersOf, startTown, townIds } from './support/town.ts';
import { sampled } from '../support/sample.ts';

describe('the connection', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test.each(listFailures)(
    '%s for its list: unreachable, no server is missing, nothing is sent',
    async (_, effect, code, calls) => {
      const end = world.barndoor.misbehave({ operation: 'list', effect });
      const report = await impatient();
      expect(outcomesOf(report)).toEqual({ unreached: 10 });
      expect(report).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(report.vendorCalls).toEqual({ list: calls, get: 0, put: 0 });
      expect((await world.deps.ledger.read(connection)).servers.size).toBe(0);
      end();
      expect((await impatient()).vendorCalls.list).toBe(0);
      world.clock.advance(minute);
      expect(outcomesOf(await impatient())).toEqual({ updated: 10 });
    },
  );

  test('a Retry-After of its list is waited for', async () => {
    const effect = answer(429, { retryAfter: 1200 });
    const end = world.barndoor.misbehave({ operation: 'list', effect });
    expect((await world.pass()).vendorCalls.list).toBe(1);
    end();
    world.clock.advance(19 * minute);
    expect((await world.pass()).vendorCalls.list).toBe(0);
    world.clock.advance(minute + 1000);
    expect((await world.pass()).state).toBe('ok');
  });

  test('401 after one renewed token ends the pass; its servers keep their outcome', async () => {
    await world.pass();
    await world.declare({ id: a, spec: { name: 'Newest a' } });
    world.barndoor.misbehave({ effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 0 });
    expect(report.credentialsDecrypted).toBe(1);
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });

  test('401 to a PUT after one renewed token ends the pass; what was sent is recorded', async () => {
    const budget = { requestsPerMinute: 60_000, concurrency: 1 };
    await world.declareConnection({ policy, budget });
    world.barndoor.misbehave({ method: 'PUT', skip: 3, effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 3, unreached: 7 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls.put).toBe(5);
  });

  test('has a backoff of its own, and a changed row is tried at once', async () => {
    const end = world.barndoor.misbehave({ effect: answer(403) });
    expect((await world.pass()).state).toBe('unreachable');
    end();
    expect((await world.pass()).vendorCalls.list).toBe(0);
    await world.declareConnection({ policy: { mode: 'correct', limits: { minimum: 20 } } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 10 });
    expect((await world.pass()).state).toBe('ok');
  });

  test('its backoff goes on doubling over a pass that asks nothing of the vendor', async () => {
    await world.deps.ledger.pause(connection, { id: a, at: new Date().toISOString() });
    world.barndoor.misbehave({ effect: answer(503) });
    const attempts = async () => (await world.deps.lease.read(connection))?.retry?.attempts;
    await world.pass();
    expect(await attempts()).toBe(1);
    world.clock.advance(2 * minute);
    expect((await world.pass({ servers: [a] })).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
    await world.pass();
    expect(await attempts()).toBe(2);
  });

  test('GETs of which more than half are transient end the pass, and it recovers after its backoff', async () => {
    const end = world.barndoor.misbehave({ operation: 'get', effect: answer(503) });
    const report = await world.pass({ servers: ids });
    expect(report.state).toBe('unreachable');
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect((await world.pass({ servers: ids })).vendorCalls.get).toBe(0);
    end();
    world.clock.advance(minute);
    expect(outcomesOf(await world.pass({ servers: ids }))).toEqual({ updated: 10 });
  });

  test('a row that does not fit is invalid, with its reason, and so are its servers', async () => {
    await world.declareConnection({ baseUrl: 'not a url' });
    const report = await world.pass();
    expect(report.state).toBe('invalid');
    expect(outcomesOf(report)).toEqual({ invalid: 10 });
    expect(report.reason?.message).toContain('/baseUrl');
    expect(report.vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
  });

  test('a server without TLS at an https address is unreachable', async () => {
    const baseUrl = world.barndoor.url.replace('http:', 'https:');
    await world.declareConnection({ baseUrl });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'tls' } });
  });

  test('a host that the settings do not name gets no request', async () => {
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

describe('a connection that is down', () => {
  afterEach(closeTowns);

  /** How the two others fare where there is no such connection: with something to send, and with nothing. */
  let withoutIt: readonly unknown[];

  beforeAll(async () => {
    const alone = await startTown(false);
    await alone.declare('first');
    await alone.run();
    await alone.declare('second');
    withoutIt = [(await othersOf(alone)).others, (await othersOf(alone)).others];
  });

  test.each(sampled(ways, 3))(
    '$name: its pass ends after a handful of calls, its servers keep their outcome, and other connections go on',
    async ({ bring, list, put, code }) => {
      const town = await startTown(true);
      await town.declare('first');
      await town.run();
      await town.declare('second');
      const before = await town.records();
      expect([...before.values()].map(({ outcome }) => outcome)).toEqual(
        townIds.map(() => 'inSync'),
      );

      await bring(town.vendor);
      const { reports, others } = await othersOf(town);
      expect(others).toEqual(withoutIt[0]);
      expect(others.flat(2)).toContain(`PUT /api/servers/${neighbourId}`);
      const report = reports(connection);
      expect(report).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(report.vendorCalls.list).toBe(list);
      expect(report.vendorCalls.put).toBeLessThanOrEqual(put);
      expect(report.vendorCalls.put).toBeGreaterThanOrEqual(Math.min(put, 5));
      expect(report.vendorCalls.get).toBe(0);
      const { unreached = 0, ...tried } = outcomesOf(report);
      expect(Object.values(tried).reduce((sum, count) => sum + count, 0)).toBe(
        report.vendorCalls.put,
      );
      expect(unreached).toBe(townIds.length - report.vendorCalls.put);
      const after = await town.records();
      const changed = townIds.filter((id) => after.get(id)?.rev !== before.get(id)?.rev);
      expect(changed.length).toBe(report.vendorCalls.put);
      for (const id of townIds.filter((one) => !changed.includes(one))) {
        expect(after.get(id)).toEqual(before.get(id));
      }

      // While it backs off it is not called at all, and the others go on.
      town.callsOf(connection);
      const next = await othersOf(town);
      expect(next.others).toEqual(withoutIt[1]);
      expect(next.reports(connection).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
      expect(town.callsOf(connection).filter((call) => /^(GET|PUT) /.test(call))).toEqual([]);
    },
  );

  test.each([
    [1, 5],
    [4, 8],
    [20, 24],
  ])('at %i requests at a time no more than %i PUTs are sent', async (concurrency, most) => {
    const town = await startTown(true, concurrency, manyIds);
    await town.declare('first');
    town.vendor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 503 } });
    const report = (await town.run())(connection);
    expect(report.vendorCalls.put).toBeGreaterThanOrEqual(5);
    expect(report.vendorCalls.put).toBeLessThanOrEqual(most);
    expect(outcomesOf(report)).toEqual({
      waiting: report.vendorCalls.put,
      unreached: manyIds.length - report.vendorCalls.put,
    });
  });

  test('half of its servers failing is not counted against the connection', async () => {
    const town = await startTown(true, 1);
    await town.declare('first');
    for (const id of townIds.filter((_id, index) => index % 2 === 1)) {
      town.vendor.misbehave({ method: 'PUT', id, effect: { kind: 'status', status: 503 } });
    }
    const report = (await town.run())(connection);
    expect(report.state).toBe('ok');
    expect(outcomesOf(report)).toEqual({ updated: 6, waiting: 6 });
  });
});
