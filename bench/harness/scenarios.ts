import type { Outcome } from '../../lib/model/outcome.ts';
import type { Metered } from '../world/metered-front.ts';
import { startBenchWorld, type BenchWorld, type Calls } from '../world/world.ts';
import { apply } from './apply.ts';
import { pass } from './pass.ts';
import { rotatedCounts, streamedCounts } from './triggered.ts';

/** What one scenario took: calls by operation, and what DynamoDB counted. */
export interface ScenarioCounts {
  readonly calls: Calls;
  readonly dynamodb: Metered;
}

/** A connection of its own for each, so that their order changes nothing. */
interface Scenario {
  readonly servers: number;
  readonly prepare: (world: BenchWorld, connection: string) => Promise<void>;
  readonly expect: Partial<Record<Outcome, number>>;
  /** By a new process: it reads keys and credentials first. */
  readonly cold?: boolean;
  readonly byStream?: boolean;
  /** By the event of its secret. */
  readonly byRotation?: boolean;
  /** By `trueup apply`. */
  readonly byApply?: boolean;
}

const nothing = async () => undefined;

export const scenarios = {
  '100 servers in sync': { servers: 100, prepare: nothing, expect: { assumed: 100 } },
  '1,000 servers in sync': { servers: 1_000, prepare: nothing, expect: { assumed: 1_000 } },
  '100 servers in sync, by a new process': {
    servers: 100,
    prepare: nothing,
    expect: { assumed: 100 },
    cold: true,
  },
  '20 of 100 servers changed by hand': {
    servers: 100,
    prepare: async ({ vendor }, connection) => {
      await vendor.call('drift', { connection, servers: 20 });
    },
    expect: { assumed: 80, updated: 20 },
  },
  '20 of 100 servers changed by hand in what a PUT replaces whole': {
    servers: 100,
    prepare: async ({ vendor }, connection) => {
      await vendor.call('driftMeta', { connection, servers: 20 });
    },
    expect: { assumed: 80, updated: 20 },
  },
  '10 of 100 secrets rotated': {
    servers: 100,
    prepare: (world, connection) => world.rotate(connection, 10, 1),
    expect: { assumed: 90, updated: 10 },
  },
  'one of 100 servers, by a stream record': {
    servers: 100,
    prepare: async ({ vendor }, connection) => {
      await vendor.call('drift', { connection, servers: 1 });
    },
    expect: { updated: 1 },
    byStream: true,
  },
  'one of 100 secrets rotated, by its event': {
    servers: 100,
    prepare: (world, connection) => world.rotate(connection, 1, 1),
    expect: { updated: 1 },
    byRotation: true,
  },
  'apply, 1,000 servers in sync': {
    servers: 1_000,
    prepare: nothing,
    expect: { assumed: 1_000 },
    byApply: true,
  },
  'apply, 1 of 1,000 servers changed by hand': {
    servers: 1_000,
    prepare: async ({ vendor }, connection) => {
      await vendor.call('drift', { connection, servers: 1 });
    },
    expect: { assumed: 999, updated: 1 },
    byApply: true,
  },
  'apply, 10 of 1,000 servers changed by hand': {
    servers: 1_000,
    prepare: async ({ vendor }, connection) => {
      await vendor.call('drift', { connection, servers: 10 });
    },
    expect: { assumed: 990, updated: 10 },
    byApply: true,
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

/** Runs all of them. @throws Error if one comes to other outcomes than it should */
export async function countScenarios(): Promise<Readonly<Record<ScenarioName, ScenarioCounts>>> {
  const world = await startBenchWorld({ latencyMs: 0, metered: true });
  try {
    const counts: [string, ScenarioCounts][] = [];
    for (const [index, [name, scenario]] of Object.entries<Scenario>(scenarios).entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, or they count each other
      counts.push([name, await countOne(world, `counts-${index}`, scenario)]);
    }
    return Object.fromEntries(counts) as Record<ScenarioName, ScenarioCounts>;
  } finally {
    await world.close();
  }
}

async function countOne(
  world: BenchWorld,
  connection: string,
  scenario: Scenario,
): Promise<ScenarioCounts> {
  const { servers, prepare, expect, cold = false } = scenario;
  await world.connect(connection, servers);
  const deps = world.wired();
  if (!cold) await pass(deps, connection);
  await prepare(world, connection);
  await world.calls();
  await world.dynamodb.call('metered');
  const counts = await run(scenario, deps, connection);
  for (const [outcome, count] of Object.entries(expect)) {
    if (counts?.[outcome as Outcome] !== count) throw new Error(JSON.stringify(counts));
  }
  return { calls: await world.calls(), dynamodb: await world.dynamodb.call('metered') };
}

async function run({ byStream, byRotation, byApply }: Scenario, deps: Deps, connection: string) {
  if (byStream) return streamedCounts(deps, connection);
  if (byRotation) return rotatedCounts(deps, connection);
  return (await (byApply ? apply : pass)(deps, connection)).counts;
}

type Deps = ReturnType<BenchWorld['wired']>;
