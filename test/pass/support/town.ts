import { expect } from '@jest/globals';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import type { PassReport, ServerRecord } from '../../../lib/model/ledger.types.ts';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { RecordedRequest } from '../../../lib/local/gateways/vendor.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { alloyConnection, bearer, connection, serverIds, startWorld } from '../../support/world.ts';

/** The servers of the connection that goes down: more than are tried before its pass ends. */
export const townIds = serverIds(12);
/** The same for as many requests at a time as there are at most. */
export const manyIds = serverIds(30);
const neighbour = 'neighbour';
export const neighbourId = '99999999-0000-4000-8000-000000000000';
const policy = { mode: 'correct', limits: { minimum: 1000 } };

const open: { close: () => Promise<void> }[] = [];

/** To be called after each test. */
export async function closeTowns(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

/** A connection that will be down, with a vendor of its own, and two that share its function. */
export interface Town {
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
export async function startTown(
  isThere: boolean,
  concurrency = 4,
  ids: readonly string[] = townIds,
): Promise<Town> {
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
    onHang: world.hangs.report,
  });
  open.push(world, vendor);
  const hosts = `${world.settings.allowedHosts},barndoor=${new URL(vendor.url).host}`;
  const deps = anotherProcess(world, hosts);

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
export async function othersOf({ run, callsOf }: Town) {
  for (const name of [neighbour, alloyConnection]) callsOf(name);
  const reports = await run();
  return {
    reports,
    others: [neighbour, alloyConnection].map((name) => [callsOf(name), essence(reports(name))]),
  };
}
