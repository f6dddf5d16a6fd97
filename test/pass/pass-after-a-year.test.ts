import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { meteredFront } from '../../bench/world/metered-front.ts';
import { writeItems } from '../../bench/world/seed.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import type { ItemValue, Table } from '../../lib/table/table.ts';
import { wire } from '../../lib/wiring.ts';
import { change, hashOf, heldPlan, report } from '../ledger/records.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { atScale } from '../support/sample.ts';

const day = 86_400_000;
const days = atScale(30, 365);
const ids = serverIds(20);
const [first = ''] = ids;

let world: TestWorld;
let metered: Awaited<ReturnType<typeof meteredFront>>;

beforeEach(async () => {
  world = await startWorld();
  metered = await meteredFront(world.dynamodb.endpoint);
});

afterEach(async () => {
  await metered.close();
  await world.close();
});

/** What passes leave behind on each of those days, and what people do. None of it was deleted when its time was over. */
async function liveThroughAYear(): Promise<void> {
  const items = new Map<string, ItemValue>();
  // One item at a time into DynamoDB takes a minute and a half.
  const table = {
    name: world.settings.ledgerTable,
    get: async () => undefined,
    query: async () => [],
    put: async (_: string, key: string, value: ItemValue) => items.set(key, value) && true,
    remove: async (_: string, key: string) => items.delete(key),
  } satisfies Partial<Table> as unknown as Table;
  for (let ago = 1.5; ago < days + 1; ago += 1) {
    const at = new Date(world.clock.now() - ago * day).toISOString();
    const ledger = openLedger({ table, clock: { ...world.clock, now: () => Date.parse(at) } });
    const [digest, pass, by] = [hashOf(at), at.replaceAll(/[-:.]/g, ''), 'ann'];
    await ledger.record(connection, change(first, { at, pass }));
    await ledger.putReport(connection, report({ pass, startedAt: at }), true);
    await ledger.putPushed(connection, [{ server: first, declaration: digest }], { at, by });
    const held = { ...heldPlan(20), digest, at };
    await ledger.putHeld(connection, held);
    await ledger.approve(connection, { digest, at, by, hashes: held.hashes });
    await ledger.pause(connection, { id: first, at, by });
    await ledger.resume(connection, { id: first, at, by });
  }
  expect(items.size).toBe(days * 8 + 1);
  const client = dynamoDbClient(world.endpoints.dynamodb);
  const stored = [...items].map(([item, value]) => toItem({ ...value, connection, item }));
  await writeItems(client, world.settings.ledgerTable, stored);
  client.destroy();
}

/** What a process has that knows nothing yet, and whose reads are measured. */
function metering() {
  const { endpoints, settings, log, clock } = world;
  const dynamodb = { ...endpoints.dynamodb, endpoint: metered.endpoint };
  return wire(settings, log, { endpoints: { ...endpoints, dynamodb }, clock, random: () => 0 });
}

/**
 * A pass of a process that knows nothing yet: its calls of DynamoDB by operation, and the items and units of 4 KB that it
 * reads.
 */
async function reads(request: Partial<PassRequest> = {}) {
  const { dynamodb } = world;
  const deps = metering();
  const before = { ...dynamodb.calls };
  metered.read();
  const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  const since = Object.entries(dynamodb.calls).map(([name, count]) => [
    name,
    count - (before[name] ?? 0),
  ]);
  const calls = Object.fromEntries(since.filter(([, count]) => count !== 0)) as object;
  const { itemsRead, readUnits } = metered.read();
  return { counts: result.report.counts, calls, itemsRead, readUnits };
}

test('a pass reads no more after a year of history, of which nothing was deleted', async () => {
  await world.declareConnection({ policy: { mode: 'correct', limits: { updates: '30%' } } });
  for (const [index, id] of ids.entries()) {
    world.barndoor.add({ id, name: `Server ${index}`, slug: `server-${index}` });
  }
  await world.declare(...ids.map((id, index) => ({ id, spec: { name: `Server ${index}` } })));
  const name = (of: (index: number) => string) => {
    for (const [index, id] of ids.entries()) world.barndoor.edit(id, { name: of(index) });
  };
  const measure = async () => {
    const inSync = await reads();
    const oneServer = await reads({ trigger: 'stream', servers: [first] });
    // A pass that has something to guard reads the approvals.
    name(() => 'By hand');
    const held = await reads();
    name((index) => `Server ${index}`);
    return { inSync, oneServer, held };
  };
  // The first writes records and holds the plan.
  await measure();
  const before = await measure();
  expect(before.inSync.counts).toMatchObject({ inSync: 20 });
  expect(before.held.counts).toMatchObject({ held: 20 });
  await liveThroughAYear();
  expect(await measure()).toEqual(before);

  // Nor does a command that waits for a report: of the year's it reads those since it asked.
  const { ledger } = metering();
  metered.read();
  const since = new Date(world.clock.now() - 3 * day).toISOString();
  const recent = await ledger.reports(connection, { since });
  expect(recent.length).toBeGreaterThanOrEqual(2);
  expect(metered.read().itemsRead).toBe(recent.length);
  expect(await ledger.reports(connection, { limit: 1 })).toEqual(recent.slice(0, 1));
  expect(metered.read().itemsRead).toBe(1);
});
