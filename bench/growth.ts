import { callsText, type Measure, type Section } from './harness/section.ts';
import { main } from './harness/main.ts';
import type { Fleet, Growth, GrowthHandlers } from './growth-child.ts';
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

/** Ten times as much may take this much more than ten times, for what the machine does at the same time. */
const slack = 1.1;

async function measure(world: BenchWorld, fleet: Fleet) {
  const setup: HeapSetup = { settings: world.settings(), endpoints: world.endpoints };
  const entry = `${import.meta.dirname}/growth-child.ts`;
  const child = await start<GrowthHandlers>(entry, JSON.stringify(setup), ['--expose-gc']);
  try {
    await child.call('warmUp');
    await world.calls();
    const growth = await child.call('passes', fleet);
    return { growth, calls: perRound(await world.calls(), growth.rounds) };
  } finally {
    await child.close();
  }
}

/** Of the rounds one, without the reads of keys and credentials of a new process. */
function perRound(calls: Calls, rounds: number): Calls {
  const counted = [
    'list',
    'get',
    'put',
    'Query',
    'ListSecrets',
    'GetItem',
    'BatchGetItem',
    'PutItem',
  ];
  return Object.fromEntries(
    counted.flatMap((name) => {
      const count = Math.floor((calls[name] ?? 0) / rounds);
      return count > 0 ? [[name, count]] : [];
    }),
  );
}

/** Of small fleets more, so that each is measured for some seconds. */
const roundsOf = (servers: number) => Math.max(5, Math.ceil(10_000 / servers));

type Steps = readonly [Step, Step, Step];

async function byServers(world: BenchWorld): Promise<Steps> {
  const step = async (servers: number): Promise<Step> => {
    const name = `growth-${servers}`;
    await world.connect(name, servers);
    const taken = await measure(world, { connections: [name], rounds: roundsOf(servers) });
    return { what: `1 connection of ${servers}`, times: servers / 100, ...taken };
  };
  return [await step(100), await step(1_000), await step(10_000)];
}

async function byConnections(world: BenchWorld): Promise<Steps> {
  const names = Array.from({ length: 100 }, (_, index) => `grown-${index}`);
  // oxlint-disable-next-line no-await-in-loop -- a preparation
  for (const name of names) await world.connect(name, 100);
  const step = async (count: number): Promise<Step> => {
    const connections = names.slice(0, count);
    const taken = await measure(world, { connections, rounds: roundsOf(count * 100) });
    return { what: `${count} of 100 servers`, times: count, ...taken };
  };
  return [await step(1), await step(10), await step(100)];
}

function measures([first, ...others]: Steps): Measure[] {
  const sum = (calls: Calls) => Object.values(calls).reduce((a, b) => a + b, 0);
  const asFleet = others.flatMap(({ what, times, calls, growth }) =>
    (
      [
        ['calls', sum(calls) / sum(first.calls)],
        ['CPU', growth.cpuMs / first.growth.cpuMs],
      ] as const
    ).map(([of, grown]) => ({
      what: `${of}, ${what}, against ${first.what}`,
      value: `${grown.toFixed(1)} ×`,
      target: `≤ ${times} ×`,
      met: grown <= times * slack,
    })),
  );
  // A process takes most for itself: only what a fleet adds can be compared.
  const added = (step: Step) =>
    (step.growth.heapBytes - first.growth.heapBytes) / (step.times - first.times);
  const [middle, last] = others;
  const grown = added(last) / added(middle);
  const heap = {
    what: `heap that each hundred servers add, ${last.what}, against ${middle.what}`,
    value: `${grown.toFixed(2)} ×`,
    target: '≤ 1 ×',
    met: grown <= slack,
  };
  return [...asFleet, heap];
}

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    await world.connect('warm', 100);
    const servers = await byServers(world);
    const connections = await byConnections(world);
    return {
      title: 'Growth',
      floor: `Calls, CPU and memory of warm passes in sync may grow at most as much as the fleet, within ${Math.round((slack - 1) * 100)}%.`,
      measures: [...measures(servers), ...measures(connections)],
      table: {
        head: ['fleet', 'heap at its peak, MB', 'calls of a round of passes'],
        rows: [...servers, ...connections].map(({ what, growth, calls }) => [
          what,
          (growth.heapBytes / 1e6).toFixed(1),
          callsText(calls),
        ]),
      },
    };
  } finally {
    await world.close();
  }
}

await main(run);
