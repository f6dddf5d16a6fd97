import { alternate } from './harness/alternate.ts';
import { floorCalls, floorInSync } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { passInSync } from './harness/pass.ts';
import { callsMeasure, ratioMeasure, type Section } from './harness/section.ts';
import { startBenchWorld } from './world/world.ts';

/** Of the connections; this many pages are read ahead. */
const concurrency = 10;

/** Servers, and how often ours and the floor take turns. */
const fleets = [
  [1_000, 7],
  [10_000, 3],
] as const;

async function run(): Promise<Section> {
  const world = await startBenchWorld();
  try {
    const measures = [];
    for (const [servers, turns] of fleets) {
      const connection = `in-sync-${servers}`;
      // oxlint-disable-next-line no-await-in-loop -- one fleet after the other
      await world.connect(connection, servers);
      const deps = world.wired();
      const calls = floorCalls(world);
      // oxlint-disable-next-line no-await-in-loop
      const { median, last } = await alternate(
        turns,
        {
          ours: () => passInSync(deps, connection),
          floor: () => floorInSync(calls, connection),
          ahead: () => floorInSync(calls, connection, (name) => calls.listAhead(name, concurrency)),
        },
        { after: world.calls },
      );
      const ratio = median.ours.wallMs / median.floor.wallMs;
      measures.push(
        callsMeasure(`calls, ${servers} servers`, last.ours, last.floor),
        ratioMeasure(`wall time, ${servers} servers`, ratio, 1.15),
        {
          what: `wall time, ${servers} servers, against a baseline that reads ahead too`,
          value: `${(median.ours.wallMs / median.ahead.wallMs).toFixed(2)} ×`,
        },
      );
    }
    return {
      title: 'A pass over servers in sync, one connection',
      floor:
        "The baseline acquires the lease (a read and a write), then makes the gateway's list calls, one paged Query of each table and the ListSecrets calls at the same time, and then writes the report and releases the lease. Its list begins after a read of the connection's own row, which has the gateway's address, and goes on page by page, because each page names the next. Trueup reads that row first, and requests all pages after the first at once.",
      measures,
    };
  } finally {
    await world.close();
  }
}

await main(run);
