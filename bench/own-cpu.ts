import { alternate } from './harness/alternate.ts';
import { main } from './harness/main.ts';
import { passInSync } from './harness/pass.ts';
import type { Measure, Section } from './harness/section.ts';
import { startBenchWorld, type BenchWorld } from './world/world.ts';

/** Servers, and how many passes the median is of. */
const fleets = [
  [1_000, 15],
  [10_000, 5],
] as const;

async function measured(world: BenchWorld, servers: number, turns: number): Promise<Measure> {
  const connection = `cpu-${servers}`;
  await world.connect(connection, servers);
  const deps = world.wired();
  const { median } = await alternate(turns, { ours: () => passInSync(deps, connection) });
  return {
    what: `processor time, ${servers} servers`,
    value: `${(median.ours.cpuMs / 1000).toFixed(2)} s`,
  };
}

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    const measures: Measure[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one fleet after the other
    for (const [servers, turns] of fleets) measures.push(await measured(world, servers, turns));
    return {
      title: "A warm pass's own CPU, in sync",
      floor:
        'Seconds of processor time of one pass, in a process that has made passes before, with the SDK and the HTTP client included. There is no target, and no cache from one pass to the next: the processor time of all passes is less than half a percent of a month’s bill ([cost](cost.md)).',
      measures,
    };
  } finally {
    await world.close();
  }
}

await main(run);
