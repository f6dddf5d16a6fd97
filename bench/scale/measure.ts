import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { lambda } from './latencies.ts';
import type { PartName, parts } from './parts/parts.ts';
import { quotas } from './page/quotas.ts';
import type { Processor, Results } from './results.types.ts';

/** How large each part is. */
export interface Sizes {
  /** Of sweeps, of the neighbour, of the outage and of too few workers. */
  readonly connections: number;
  /** By which the sweeps go. */
  readonly workers: readonly number[];
  /** In every other part. */
  readonly usualWorkers: number;
  /** Enough to come above Secrets Manager's quotas. */
  readonly throttledWorkers: number;
  /** Too few for a sweep in five minutes. */
  readonly fewWorkers: number;
  readonly minutes: number;
  readonly changed: number;
  readonly downOf: number;
  readonly downWorkers: number;
  readonly outageMinutes: number;
  /** Connections of 1,000 servers each. */
  readonly large: number;
  readonly embedded: { readonly connections: number; readonly workers: number };
}

export const fullSizes: Sizes = {
  connections: 10_000,
  workers: [40, 200, 1_000],
  usualWorkers: 40,
  throttledWorkers: 200,
  fewWorkers: 10,
  minutes: 20,
  changed: 10_000,
  downOf: 2_000,
  downWorkers: 10,
  outageMinutes: 60,
  large: 40,
  embedded: { connections: 60, workers: 2 },
};

/** As the functions of a deployment have it by default. */
const memoryMb = 512;

export const million = [
  { connections: 50_000, servers: 20 },
  { connections: 1_000, servers: 1_000 },
];
export const everyMinutes = 5;

type Found<Name extends PartName> = Awaited<ReturnType<(typeof parts)[Name]>>;

/** Runs a part in a process of its own. @throws Error unless it ends well */
async function run<Name extends PartName>(
  name: Name,
  ...args: Parameters<(typeof parts)[Name]>
): Promise<Found<Name>> {
  const started = performance.now();
  const child = fork(join(import.meta.dirname, 'part.ts'), [name, JSON.stringify(args)]);
  const { promise, resolve } = Promise.withResolvers<Found<Name>>();
  child.once('message', (found) => resolve(found as Found<Name>));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  const found = await Promise.race([promise, ended]);
  ended.catch(() => undefined);
  const seconds = (performance.now() - started) / 1000;
  process.stderr.write(`${name}: ${seconds.toFixed(0)} s\n`);
  return found;
}

/** What a function's share of a processor makes of processor time on this machine. */
const inLambda = ({ pass, server }: Processor) => {
  const slower = lambda.wholeProcessorMb.mb / memoryMb;
  return { pass: pass * slower, server: server * slower };
};

/** All parts: what measures time alone, the rest two at a time. */
export async function measureAll(sizes: Sizes): Promise<Omit<Results, 'about'>> {
  const processor = await run('processor');
  const { connections, usualWorkers } = sizes;
  const embedded = await run(
    'embedded',
    sizes.embedded.connections,
    sizes.embedded.workers,
    processor,
  );
  const time = inLambda(processor);
  const found: { -readonly [Key in keyof Results]?: Results[Key] } = {};
  // The longest first, so that the two lanes end together.
  const jobs: (() => Promise<void>)[] = [
    async () => {
      const limited = { workers: sizes.throttledWorkers, quota: quotas.listSecrets.limit };
      const all = await run('sweepsAndQuota', connections, sizes.workers, limited, time);
      Object.assign(found, all);
    },
    async () => {
      const { fewWorkers, minutes } = sizes;
      found.undersized = await run('undersized', connections, fewWorkers, minutes, time);
    },
    async () => {
      found.outage = await run('outage', connections, usualWorkers, sizes.outageMinutes, time);
    },
    async () => {
      found.neighbour = await run('neighbour', connections, usualWorkers, sizes.changed, time);
    },
    async () => {
      const { downOf, downWorkers } = sizes;
      const tenth = Math.round(downOf / 10);
      const cases = [
        [0, 'none'],
        [1, 'timeout'],
        [tenth, 'timeout'],
        [tenth, '503'],
      ] as const;
      found.down = await run('down', downOf, downWorkers, cases, time);
    },
    async () => {
      found.bills = await run('bills', million, everyMinutes);
    },
    async () => {
      const [large] = await run('sweeps', sizes.large, [usualWorkers], time, 1_000);
      if (large) found.large = large;
    },
  ];
  const lane = async () => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let job = jobs.shift(); job; job = jobs.shift()) await job();
  };
  await Promise.all([lane(), lane()]);
  return { ...(found as Omit<Results, 'about' | 'processor' | 'embedded'>), processor, embedded };
}
