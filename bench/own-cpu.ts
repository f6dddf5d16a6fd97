import { dynamoDbClient } from '../lib/aws/clients.ts';
import { desiredTable } from '../lib/aws/desired-table.ts';
import { ledgerTable } from '../lib/aws/ledger-table.ts';
import type { Dependencies } from '../lib/reconcile/dependencies.types.ts';
import { alternate } from './harness/alternate.ts';
import { floorCalls, floorInSync } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { passInSync } from './harness/pass.ts';
import { ratioMeasure, type Measure, type Section } from './harness/section.ts';
import { startBenchWorld, type BenchWorld } from './world/world.ts';

const fleets = [100, 1_000] as const;
const turns = 25;
const most = 1.5;

/** The same wiring, of which nothing remembers what it read before. */
function forgetful(world: BenchWorld, deps: Dependencies): Dependencies {
  const client = dynamoDbClient(world.endpoints.dynamodb);
  const { clock } = deps;
  const { desiredTable: desired, ledgerTable: ledger } = world.settings();
  return {
    ...deps,
    desired: desiredTable({ client, clock, table: desired }),
    ledger: ledgerTable({ client, clock, table: ledger }),
  };
}

async function measured(world: BenchWorld, servers: number): Promise<readonly Measure[]> {
  const connection = `cpu-${servers}`;
  await world.connect(connection, servers);
  const calls = floorCalls(world);
  const floor = () => floorInSync(calls, connection);
  const ratioOf = async (deps: Dependencies) => {
    const ours = () => passInSync(deps, connection);
    const { median } = await alternate(turns, { ours, floor });
    return median.ours.cpuMs / median.floor.cpuMs;
  };
  const deps = world.wired();
  const warm = await ratioOf(deps);
  const first = await ratioOf(forgetful(world, deps));
  return [
    ratioMeasure(`CPU, ${servers} servers`, warm, most),
    {
      what: `CPU, ${servers} servers, nothing remembered`,
      value: `${first.toFixed(2)} ×`,
    },
  ];
}

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    const measures: Measure[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one fleet after the other
    for (const servers of fleets) measures.push(...(await measured(world, servers)));
    return {
      title: "A warm pass's own CPU, in sync",
      floor:
        'The same SDK and HTTP calls, their answers decoded by the clients and nothing done about them. Ours has read both tables in a pass before, and does not decode pages of the same bytes. Where nothing is remembered, as in the first pass of a process, all are decoded and parsed.',
      measures,
    };
  } finally {
    await world.close();
  }
}

await main(run);
