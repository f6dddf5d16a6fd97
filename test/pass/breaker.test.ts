import { afterEach, describe, expect, test } from '@jest/globals';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { PassReport, ServerRecord } from '../../lib/model/ledger.types.ts';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import type { RecordedRequest } from '../../lib/local/gateways/vendor.ts';
import { withTimes } from '../support/short-times.ts';
import {
  alloyConnection,
  bearer,
  connection,
  outcomesOf,
  serverIds,
  startWorld,
} from '../support/world.ts';

const ids = serverIds(30);
const neighbour = 'neighbour';
const neighbourId = '99999999-0000-4000-8000-000000000000';
const policy = { mode: 'correct', limits: { minimum: 1000 } };

const open: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** A connection that will be down, with a vendor of its own, and two that share its function. */
interface Town {
  readonly vendor: BarndoorSimulator;
  /** Declares something new for every server. */
  readonly declare: (round: string) => Promise<void>;
  /** All connections in one run of the scheduled function; @returns the report of one. */
  readonly run: () => Promise<(name: string) => PassReport>;
  /** What is said of its servers. */
  readonly records: () => Promise<ReadonlyMap<string, ServerRecord>>;
  /** Calls for a connection since the last time it was asked: of the vendor, and of the tables. */
  readonly callsOf: (name: string) => readonly string[];
}

/** @param isThere - whether there is that connection at all */
async function startTown(isThere: boolean, concurrency = 4): Promise<Town> {
  const calls: { readonly name: string; readonly call: string }[] = [];
  const names = [connection, neighbour, alloyConnection];
  const intercept = (operation: string, body: unknown) => {
    const text = JSON.stringify(body);
    for (const name of names) if (text.includes(`"${name}"`)) calls.push({ name, call: operation });
    return undefined;
  };
  const world = await startWorld({}, { dynamodb: { intercept } });
  const vendor = await startBarndoor({
    servers: [],
    tokens: [bearer],
    now: () => world.clock.now(),
  });
  open.push(world, vendor);
  const hosts = `${world.settings.allowedHosts},barndoor=${new URL(vendor.url).host}`;
  const { settings } = world.deps;
  const deps = withTimes(world.deps, hosts, 'function', { ...settings, attemptMs: 1000 });

  const budget = { requestsPerMinute: 60_000, concurrency };
  if (isThere) await world.declareConnection({ baseUrl: vendor.url, policy, budget });
  for (const id of ids) vendor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.secrets.write(`trueup/${neighbour}/token`, bearer);
  await world.desired.put(neighbour, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${neighbour}/token` } },
    policy,
  });
  world.barndoor.add({ id: neighbourId, name: 'Old', slug: 'old' });
  await world.declareAlloyConnection({ policy });
  world.alloy.add({ serverId: 's1', name: 'Old' });

  const simulators = new Map<string, { readonly requests: RecordedRequest[] }>([
    [connection, vendor],
    [neighbour, world.barndoor],
    [alloyConnection, world.alloy],
  ]);
  return {
    vendor,
    records: async () => (await deps.ledger.read(connection)).servers,
    declare: async (round) => {
      if (isThere)
        await world.declare(...ids.map((id) => ({ id, spec: { name: `${round} ${id}` } })));
      await world.desired.put(neighbour, `server#${neighbourId}`, { spec: { name: round } });
      await world.declareAtAlloy({ id: 's1', spec: { name: round } });
    },
    run: async () => {
      const handler = createScheduled(
        () => ({ deps, connectionsAtOnce: 10 }),
        quietObservability(),
      );
      const result = await handler(
        {},
        lambdaContext('trueup-scheduled', () => 300_000),
      );
      expect(result).toMatchObject({ passes: isThere ? 3 : 2, knocked: 0, failed: [] });
      const reports = new Map(
        await Promise.all(
          names.map(async (name) => [name, await deps.ledger.lastReport(name)] as const),
        ),
      );
      return (name) => {
        const report = reports.get(name);
        if (!report) throw new Error(`there is no report of ${name}`);
        return report;
      };
    },
    callsOf: (name) => {
      const requests = simulators.get(name)?.requests.splice(0) ?? [];
      const tables = calls.filter((one) => one.name === name).map(({ call }) => call);
      calls.splice(0, Infinity, ...calls.filter((one) => one.name !== name));
      return [...requests.map(({ method, path }) => `${method} ${path}`), ...tables.toSorted()];
    },
  };
}

/** What is the same of two passes over the same, whenever they were. */
const essence = ({ pass: _pass, startedAt: _at, durationMs: _ms, ...rest }: PassReport) => rest;

/** How the two others fare: everything that is called for them, and what is reported. */
async function othersOf({ run, callsOf }: Town) {
  for (const name of [neighbour, alloyConnection]) callsOf(name);
  const reports = await run();
  return {
    reports,
    others: [neighbour, alloyConnection].map((name) => [callsOf(name), essence(reports(name))]),
  };
}

interface Way {
  readonly name: string;
  readonly bring: (vendor: BarndoorSimulator) => unknown;
  /** Calls that its pass makes before it ends, at four requests at a time. */
  readonly list: number;
  readonly put: number;
  readonly code: string;
}

const whole = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ operation: 'list', effect });
const puts = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ method: 'PUT', effect });

/** GETs are repeated twice within an attempt, PUTs are not. Of PUTs five have to fail, while three more are under way. */
const ways: readonly Way[] = [
  { name: 'no route', bring: (vendor) => vendor.close(), list: 3, put: 0, code: 'no-route' },
  ...[500, 502, 503, 504].map((status) => ({
    name: `${status} on its list`,
    bring: whole({ kind: 'status', status }),
    list: 3,
    put: 0,
    code: `http-${status}`,
  })),
  { name: 'its list is cut off', bring: whole({ kind: 'cut' }), list: 3, put: 0, code: 'cut' },
  { name: 'its list hangs', bring: whole({ kind: 'hang' }), list: 3, put: 0, code: 'timeout' },
  {
    name: '429 on its list',
    bring: whole({ kind: 'status', status: 429, retryAfter: 60 }),
    list: 1,
    put: 0,
    code: 'http-429',
  },
  { name: '401', bring: whole({ kind: 'expired' }), list: 2, put: 0, code: 'http-401' },
  {
    name: '503 on every PUT',
    bring: puts({ kind: 'status', status: 503 }),
    list: 1,
    put: 8,
    code: 'http-503',
  },
  {
    name: '429 on every PUT',
    bring: puts({ kind: 'status', status: 429 }),
    list: 1,
    put: 8,
    code: 'http-429',
  },
  { name: 'every PUT is cut off', bring: puts({ kind: 'cut' }), list: 1, put: 8, code: 'cut' },
  { name: 'every PUT hangs', bring: puts({ kind: 'hang' }), list: 1, put: 8, code: 'timeout' },
  {
    name: 'a page of a proxy for every PUT',
    bring: puts({ kind: 'html', status: 502 }),
    list: 1,
    put: 8,
    code: 'http-502',
  },
];

describe('a connection that is down', () => {
  test.each(ways)(
    '$name: it ends after a handful of calls, its servers stay what they were, and nobody else notices',
    async ({ bring, list, put, code }) => {
      const town = await startTown(true);
      const alone = await startTown(false);
      await Promise.all([town.declare('first'), alone.declare('first')]);
      await Promise.all([town.run(), alone.run()]);
      await Promise.all([town.declare('second'), alone.declare('second')]);
      const before = await town.records();
      expect([...before.values()].map(({ outcome }) => outcome)).toEqual(ids.map(() => 'inSync'));

      await bring(town.vendor);
      const { reports, others } = await othersOf(town);
      expect(others).toEqual((await othersOf(alone)).others);
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
      expect(unreached).toBe(ids.length - report.vendorCalls.put);
      const after = await town.records();
      const changed = ids.filter((id) => after.get(id)?.rev !== before.get(id)?.rev);
      expect(changed.length).toBe(report.vendorCalls.put);
      for (const id of ids.filter((one) => !changed.includes(one))) {
        expect(after.get(id)).toEqual(before.get(id));
      }

      // While it backs off it is not called at all, and the others go on.
      town.callsOf(connection);
      const next = await othersOf(town);
      expect(next.others).toEqual((await othersOf(alone)).others);
      expect(next.reports(connection).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
      expect(town.callsOf(connection).filter((call) => /^(GET|PUT) /.test(call))).toEqual([]);
    },
    30_000,
  );

  test.each([
    [1, 5],
    [4, 8],
    [20, 24],
  ])('at %i requests at a time no more than %i PUTs are sent', async (concurrency, most) => {
    const town = await startTown(true, concurrency);
    await town.declare('first');
    town.vendor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 503 } });
    const report = (await town.run())(connection);
    expect(report.vendorCalls.put).toBeGreaterThanOrEqual(5);
    expect(report.vendorCalls.put).toBeLessThanOrEqual(most);
    expect(report.counts.waiting).toBe(report.vendorCalls.put);
  });

  test('what half of its servers fail at is not the connection’s', async () => {
    const town = await startTown(true, 1);
    await town.declare('first');
    for (const id of ids.filter((_id, index) => index % 2 === 1)) {
      town.vendor.misbehave({ method: 'PUT', id, effect: { kind: 'status', status: 503 } });
    }
    const report = (await town.run())(connection);
    expect(report.state).toBe('ok');
    expect(outcomesOf(report)).toEqual({ updated: 15, waiting: 15 });
  });
});
