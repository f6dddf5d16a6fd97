import { alternate } from './harness/alternate.ts';
import { floorCalls, floorInSync } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { passInSync } from './harness/pass.ts';
import { ratioMeasure, type Section } from './harness/section.ts';
import { startBenchWorld } from './world/world.ts';

const fleets = [100, 1_000] as const;
const turns = 25;

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    const measures = [];
    for (const servers of fleets) {
      const connection = `cpu-${servers}`;
      // oxlint-disable-next-line no-await-in-loop -- one fleet after the other
      await world.connect(connection, servers);
      const deps = world.wired();
      const calls = floorCalls(world);
      // oxlint-disable-next-line no-await-in-loop
      const { median } = await alternate(turns, {
        ours: () => passInSync(deps, connection),
        floor: () => floorInSync(calls, connection),
      });
      const ratio = median.ours.cpuMs / median.floor.cpuMs;
      measures.push(ratioMeasure(`CPU, ${servers} servers`, ratio, 1.5));
    }
    return {
      title: "A warm pass's own CPU, in sync",
      floor:
        'The same SDK and HTTP calls, their answers decoded by the clients and nothing done about them. Ours has read the items of both tables in a pass before, and holds them against those; the first pass of a process decodes and parses them all.',
      measures,
    };
  } finally {
    await world.close();
  }
}

await main(run);
