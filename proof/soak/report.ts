import type { ResourceSample } from './resources.ts';
import type { SoakSetup } from './world-child.ts';

/** Whether one connection was wholly down. */
export type Phase = 'without' | 'with';

/** What a soak did and found. */
export interface Soaked {
  readonly seconds: number;
  readonly setup: SoakSetup;
  /** Passes by how they ended. */
  readonly states: Readonly<Record<string, number>>;
  readonly puts: number;
  /** Faults by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Milliseconds of each pass of the connections that were not down. */
  readonly times: Readonly<Record<Phase, readonly number[]>>;
  readonly samples: readonly ResourceSample[];
  /** Passes until all was as declared, once the faults had ended. */
  readonly recovery: number;
  readonly problems: readonly string[];
}

/** Median pass with one connection down, over that without. */
export function ratioOf({ with: withOne, without }: Soaked['times']): number {
  return median(withOne) / median(without);
}

/** A table for docs/reliability.md and for a terminal. */
export function soakFigures(soaked: Soaked): string {
  const { seconds, setup, states, puts, faults, times, samples, recovery, problems } = soaked;
  const total = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const [first, last] = [samples[Math.floor(samples.length / 4)], samples.at(-1)];
  const timesOf = (phase: Phase) =>
    `${median(times[phase]).toFixed(0)} ms of ${times[phase].length}`;
  return [
    '| | |',
    '|---|---|',
    `| run | ${Math.round(seconds)} s, seed ${setup.seed}, ${setup.connections} connections of ${setup.servers} servers |`,
    `| passes, by how they ended | ${listed(states)} |`,
    `| PUTs | ${puts} |`,
    `| faults, ${total} in all | ${listed(faults)} |`,
    `| median pass of the other connections without and with one down | ${timesOf('without')}; ${timesOf('with')}: ${ratioOf(times).toFixed(2)} times |`,
    `| heap after a quarter, and at the end | ${kilobytes(first)}; ${kilobytes(last)} |`,
    `| handles after a quarter, and at the end | ${listed(first?.handles)}; ${listed(last?.handles)} |`,
    `| passes until all was as declared, after the faults | ${recovery} |`,
    `| problems | ${problems.length === 0 ? 'none' : problems.join('; ')} |`,
  ].join('\n');
}

function median(some: readonly number[]): number {
  return some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN;
}

const kilobytes = (sample?: ResourceSample) => `${Math.round((sample?.heap ?? 0) / 1000)} KB`;

function listed(by: Readonly<Record<string, number>> = {}): string {
  return Object.entries(by)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
