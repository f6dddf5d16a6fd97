import { callsText, type Measure, type Section } from './harness/section.ts';
import { main } from './harness/main.ts';
import type { Growth, GrowthHandlers } from './growth-child.ts';
import type { HeapSetup } from './heap-child.ts';
import { start } from './world/protocol.ts';
import { startBenchWorld, type BenchWorld, type Calls } from './world/world.ts';

interface Step {
  readonly what: string;
  /** Of the first step. */
  readonly times: number;
  readonly calls: Calls;
  readonly growth: Growth;
}

/** Ten times as much may take so much more than ten times: what a machine does besides. */
const slack = 1.1;

async function measure(world: BenchWorld, connections: readonly string[]) {
  const setup: HeapSetup = { settings: world.settings(), endpoints: world.endpoints };
  const entry = `${import.meta.dirname}/growth-child.ts`;
  const child = await start<GrowthHandlers>(entry, JSON.stringify(setup), ['--expose-gc']);
  try {
    await world.calls();
    const growth = await child.call('passes', connections);
    return { growth, calls: perRound(await world.calls(), growth.rounds) };
  } finally {
    await child.close();
  }
}

/** Of the rounds one, without the warm pass and the reads of keys and credentials of a new process. */
function perRound(calls: Calls, rounds: number): Calls {
  const counted = ['list', 'get', 'put', 'Query', 'ListSecrets', 'PutItem', 'UpdateItem'];
  return Object.fromEntries(
    counted.flatMap((name) => {
      const count = Math.floor((calls[name] ?? 0) / rounds);
      return count > 0 ? [[name, count]] : [];
    }),
  );
}

async function byServers(world: BenchWorld): Promise<Step[]> {
  const steps: Step[] = [];
  for (const servers of [100, 1_000, 10_000]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await world.connect(`growth-${servers}`, servers);
    // oxlint-disable-next-line no-await-in-loop
    const taken = await measure(world, [`growth-${servers}`]);
    steps.push({ what: `1 connection of ${servers}`, times: servers / 100, ...taken });
  }
  return steps;
}

async function byConnections(world: BenchWorld): Promise<Step[]> {
  const steps: Step[] = [];
  const names = Array.from({ length: 100 }, (_, index) => `grown-${index}`);
  // oxlint-disable-next-line no-await-in-loop -- a preparation
  for (const name of names) await world.connect(name, 100);
  for (const count of [1, 10, 100]) {
    // oxlint-disable-next-line no-await-in-loop
    const taken = await measure(world, names.slice(0, count));
    steps.push({ what: `${count} of 100 servers`, times: count, ...taken });
  }
  return steps;
}

function measures([first, ...others]: readonly Step[]): Measure[] {
  if (!first) return [];
  const sum = (calls: Calls) => Object.values(calls).reduce((a, b) => a + b, 0);
  return others.flatMap(({ what, times, calls, growth }) =>
    (
      [
        ['calls', sum(calls) / sum(first.calls)],
        ['CPU', growth.cpuMs / first.growth.cpuMs],
        ['heap above the start', growth.heapBytes / first.growth.heapBytes],
      ] as const
    ).map(([of, grown]) => ({
      what: `${of}, ${what}, to ${first.what}`,
      value: `${grown.toFixed(1)} ×`,
      target: `≤ ${times} ×`,
      met: grown <= times * slack,
    })),
  );
}

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    await world.connect('warm', 100);
    const servers = await byServers(world);
    const connections = await byConnections(world);
    return {
      title: 'Growth',
      floor: `Each of calls, CPU and memory of warm passes in sync grows at most as the fleet does, within ${Math.round((slack - 1) * 100)} %.`,
      measures: [...measures(servers), ...measures(connections)],
      table: {
        head: ['fleet', 'calls of a round of passes'],
        rows: [...servers, ...connections].map(({ what, calls }) => [what, callsText(calls)]),
      },
    };
  } finally {
    await world.close();
  }
}

await main(run);
