/** How high the heap rises in a pass over servers in sync, less what its inputs take. */
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

export async function heap() {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    await world.connect('warm', 100);
    await world.connect('small', fleets.small);
    await world.connect('large', fleets.large);
    const small = await measure(world, 'small');
    const large = await measure(world, 'large');
    const own = ({ peak, inputs }: HeapFigures) => peak - inputs;
    return { small, large, ratio: own(large) / own(small) };
  } finally {
    await world.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { small, large, ratio } = await heap();
  for (const { servers, before, inputs, peak, samples } of [small, large]) {
    process.stdout.write(
      `${servers} servers: before ${megabytes(before)} MB, inputs ${megabytes(inputs)} MB, ` +
        `peak ${megabytes(peak)} MB, less inputs ${megabytes(peak - inputs)} MB, ${samples} samples\n`,
    );
  }
  process.stdout.write(`ratio ${ratio.toFixed(3)}, target ${target}\n`);
  process.exitCode = ratio <= target ? 0 : 1;
}
