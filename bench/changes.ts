import { eachLimited } from '../lib/pass/limited.ts';
import { alternate } from './harness/alternate.ts';
import { floorCalls, floorReads } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { pass } from './harness/pass.ts';
import { callsText, countMeasure, ratioMeasure, type Section } from './harness/section.ts';
import { fleetId, fleetServer } from './world/fleet.ts';
import { startBenchWorld } from './world/world.ts';

const servers = 1_000;
const changed = 200;
const concurrency = 10;
const connection = 'changes';

async function run(): Promise<Section> {
  const world = await startBenchWorld();
  try {
    await world.connect(connection, servers);
    const deps = world.wired();
    const calls = floorCalls(world);
    const indexes = Array.from({ length: changed }, (_, index) => index);
    const { median, last } = await alternate(
      5,
      {
        ours: async () => {
          const { counts } = await pass(deps, connection);
          if (counts.updated !== changed) throw new Error(JSON.stringify(counts));
        },
        floor: async () => {
          await calls.acquire(connection);
          await floorReads(calls, connection);
          await eachLimited(indexes, concurrency, async (index) => {
            const { name = '' } = fleetServer(connection, index).spec;
            await calls.put(connection, fleetId(index), { name });
            await calls.write(connection, fleetId(index));
          });
          await calls.report(connection);
          await calls.release(connection);
        },
      },
      {
        before: async () => {
          await world.vendor.call('drift', { connection, servers: changed });
        },
        after: world.calls,
      },
    );
    return {
      title: `${servers} servers, ${changed} changed, concurrency ${concurrency}`,
      floor: `The baseline makes the calls of a pass in sync, then ${changed} PUTs in ${changed / concurrency} rounds, each with one write to the ledger. Trueup reads the list ahead, and also writes a record of the history for each PUT.`,
      measures: [
        ratioMeasure('wall time', median.ours.wallMs / median.floor.wallMs, 1.15),
        countMeasure('PUTs', last.ours['put'] ?? 0, changed),
        countMeasure('GETs', last.ours['get'] ?? 0, 0),
        countMeasure('list calls', last.ours['list'] ?? 0, last.floor['list'] ?? 0),
        { what: 'calls', value: callsText(last.ours) },
        { what: 'calls of the baseline', value: callsText(last.floor) },
      ],
    };
  } finally {
    await world.close();
  }
}

await main(run);
