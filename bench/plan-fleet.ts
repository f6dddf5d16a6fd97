import { createSecretKey } from 'node:crypto';
import type { Declared, PlanContext } from '../lib/plan/server-plan.types.ts';
import { assemblePlan, planFleet } from '../lib/plan/fleet-plan.ts';
import { parseServer } from '../lib/desired/rules/declarations.ts';
import { getAt } from '../lib/model/json/pointer.ts';
import { equalJson } from '../lib/model/json/json.ts';
import type { JsonObject } from '../lib/model/json/json.types.ts';
import type { ServerRecord } from '../lib/model/ledger.types.ts';
import type { LiveServer } from '../lib/model/live.types.ts';
import { createHttpClient } from '../lib/gateways/http/client.ts';
import { createProviders } from '../lib/gateways/gateways.ts';
import { systemClock } from '../lib/wiring.ts';
import { alternate } from './harness/alternate.ts';
import { main } from './harness/main.ts';
import { ratioMeasure, type Section } from './harness/section.ts';
import { fleetServer, secretName } from './world/fleet.ts';
import { parsedConnection, seedItems, versionOf } from './world/seed.ts';

const count = 100_000;
const name = 'plan';
const most = 5;

interface Fleet {
  readonly context: PlanContext;
  readonly declared: ReadonlyMap<string, Declared>;
  readonly records: ReadonlyMap<string, ServerRecord>;
  readonly live: ReadonlyMap<string, LiveServer>;
}

const http = createHttpClient({
  hosts: { allowed: [], trustDocumentedHosts: true },
  clock: systemClock,
  random: Math.random,
});
const providers = createProviders(http);
const provider = providers.get('barndoor');
if (!provider) throw new Error('there is no provider barndoor');
const { table } = provider;
const readable = table.fields.filter(({ access }) => access === 'read-write');

function fleet(): Fleet {
  const connection = parsedConnection(name, 'https://acme.platform.barndoor.ai', providers);
  const keys = { current: { id: 'k', key: createSecretKey(Buffer.alloc(32, 1)) }, previous: [] };
  const now = Date.parse('2026-01-01T00:00:00.000Z');
  const { records } = seedItems(
    connection,
    count,
    provider as never,
    keys,
    new Date(now).toISOString(),
  );
  const declared = new Map<string, Declared>();
  const live = new Map<string, LiveServer>();
  const secretVersions = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const { id, label, spec } = fleetServer(name, index);
    const row = { connection: name, item: `server#${id}`, label, spec, generation: 1 };
    const parsed = parseServer(row, connection, table, { secretPrefix: 'trueup' });
    if (!parsed.ok) throw new Error(parsed.server.reason);
    declared.set(id, { valid: true, server: parsed.server });
    live.set(id, {
      id,
      fields: structuredClone({
        name: spec['name'],
        slug: spec['slug'],
        meta: spec['meta'],
      }) as JsonObject,
    });
    secretVersions.set(secretName(name, index), versionOf(index));
  }
  const context = {
    account: name,
    keys,
    secretVersions,
    now,
    attended: false,
    includeReport: false,
  };
  return {
    context,
    declared,
    live,
    records: new Map(records.map((record) => [record.id, record])),
  };
}

function plan({ context, declared, records, live }: Fleet) {
  const { servers, quiet } = planFleet(context, declared, (id, one) => ({
    declared: one,
    live: live.get(id),
    record: records.get(id),
    resend: 'none',
  }));
  const planned = [...servers.values()].map((server) => server.planned);
  const guard = {
    active: false,
    declared: count,
    changedLastHour: 0,
    changing: 0,
    share: 0,
    limit: 1,
    minimum: 10,
  };
  return assemblePlan(
    { connection: name, provider: 'barndoor' },
    { servers: planned, quiet },
    { count: 0, first: [] },
    guard,
  );
}

/** @returns how many servers have a field that differs */
function bareLoop({ declared, live }: Fleet): number {
  let differing = 0;
  for (const [id, { valid, server }] of declared) {
    if (!valid) continue;
    const fields = live.get(id)?.fields ?? {};
    let differs = false;
    for (const { pointer } of readable) {
      const wanted = getAt((server as { spec: JsonObject }).spec, pointer);
      const found = getAt(fields, pointer);
      if (wanted !== undefined && (found === undefined || !equalJson(wanted, found)))
        differs = true;
    }
    if (differs) differing += 1;
  }
  return differing;
}

async function measured(inputs: Fleet, expected: number) {
  const { median } = await alternate(7, {
    ours: async () => {
      const { changes } = plan(inputs);
      if (changes.length !== expected)
        throw new Error(`${changes.length} planned, ${expected} expected`);
    },
    floor: async () => {
      const differing = bareLoop(inputs);
      if (differing !== expected) throw new Error(`${differing} differ, ${expected} expected`);
    },
  });
  return median.ours.cpuMs / median.floor.cpuMs;
}

function kilobytes(inputs: Fleet): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const made = plan(inputs);
  globalThis.gc?.();
  const taken = process.memoryUsage().heapUsed - before;
  return made.servers === 0 ? 0 : taken / count / 1000;
}

async function run(): Promise<Section> {
  const inputs = fleet();
  const inSync = await measured(inputs, 0);
  const inSyncKb = kilobytes(inputs);
  const moved = new Map(
    [...inputs.live].map(([id, { fields }]) => [
      id,
      { id, fields: { ...fields, name: `x ${id}` } },
    ]),
  );
  const changed = { ...inputs, live: moved };
  const allChanged = await measured(changed, count);
  const changedKb = kilobytes(changed);
  const gc = globalThis.gc === undefined ? ' (without forced collections)' : '';
  return {
    title: `Plan of ${count.toLocaleString('en')} servers`,
    floor:
      'The baseline goes through the same parsed inputs once and compares each declared readable field with the live one.',
    measures: [
      ratioMeasure('CPU, in sync', inSync, most),
      ratioMeasure('CPU, all changed', allChanged, most),
      {
        what: `memory of the plan for each server, in sync${gc}`,
        value: `${inSyncKb.toFixed(2)} KB`,
      },
      {
        what: `memory of the plan for each server, all changed${gc}`,
        value: `${changedKb.toFixed(2)} KB`,
      },
    ],
  };
}

await main(run);
