/** How high the heap rises in a pass over servers in sync, less what its inputs take. */
import { main } from './harness/main.ts';
import { ratioMeasure, type Section } from './harness/section.ts';
import type { HeapFigures, HeapHandlers, HeapSetup } from './heap-child.ts';
import { start } from './world/protocol.ts';
import { startBenchWorld, type BenchWorld } from './world/world.ts';

const fleets = { small: 1_000, large: 10_000 } as const;
const target = 1.2;

async function measure(world: BenchWorld, connection: string): Promise<HeapFigures> {
  const setup: HeapSetup = { settings: world.settings(), endpoints: world.endpoints };
  const child = await start<HeapHandlers>(
    `${import.meta.dirname}/heap-child.ts`,
    JSON.stringify(setup),
    ['--expose-gc'],
  );
  try {
    return await child.call('measure', { connection, warm: 'warm' });
  } finally {
    await child.close();
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    await world.connect('warm', 100);
    await world.connect('small', fleets.small);
    await world.connect('large', fleets.large);
    const small = await measure(world, 'small');
    const large = await measure(world, 'large');
    const own = ({ peak, inputs }: HeapFigures) => peak - inputs;
    const ratio = own(large) / own(small);
    return {
      title: 'The heap of a pass in sync',
      floor: `Peak of live memory, sampled after forced collections, less the memory of the parsed inputs (desired, ledger, live), of a pass over ${fleets.large} servers, compared with ${fleets.small}.`,
      measures: [ratioMeasure('peak less inputs', ratio, target)],
      table: {
        head: ['servers', 'before the pass, MB', 'inputs, MB', 'peak, MB', 'samples'],
        rows: [small, large].map(({ servers, before, inputs, peak, samples }) => [
          String(servers),
          megabytes(before),
          megabytes(inputs),
          megabytes(peak),
          String(samples),
        ]),
      },
    };
  } finally {
    await world.close();
  }
}

await main(run);
