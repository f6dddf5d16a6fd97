import type { Violation } from './events.types.ts';
import type { RunResult } from './run.ts';

/** What one seed came to; small enough to be handed between threads. */
export interface SeedResult {
  readonly seed: number;
  readonly steps: number;
  readonly faults: readonly (readonly [string, number])[];
  readonly exercised: readonly (readonly [string, number])[];
  readonly violations: readonly Violation[];
}

export function seedResult(
  seed: number,
  { steps, faults, exercised, violations }: RunResult,
): SeedResult {
  return { seed, steps, faults: [...faults], exercised: [...exercised], violations };
}

/** Many seeds' results in one. */
export class Totals {
  seeds = 0;
  steps = 0;
  readonly faults = new Map<string, number>();
  readonly exercised = new Map<string, number>();
  readonly failed: SeedResult[] = [];

  add(result: SeedResult): void {
    this.seeds += 1;
    this.steps += result.steps;
    count(this.faults, result.faults);
    count(this.exercised, result.exercised);
    if (result.violations.length > 0) this.failed.push(result);
  }

  get violations(): number {
    return this.failed.reduce((sum, { violations }) => sum + violations.length, 0);
  }
}

function count(into: Map<string, number>, from: readonly (readonly [string, number])[]): void {
  for (const [key, times] of from) into.set(key, (into.get(key) ?? 0) + times);
}

const number = (value: number) => value.toLocaleString('en');

const rows = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, times]) => `| ${key} | ${number(times)} |`);

/** The report of a run, as Markdown. */
export function reportOf(totals: Totals, from: number): string {
  const { seeds, steps, violations } = totals;
  const all = [...totals.faults.values()].reduce((sum, times) => sum + times, 0);
  return [
    `${number(seeds)} seeds (from ${from}), ${number(steps)} steps, ${number(all)} faults, ${number(violations)} violations in ${number(totals.failed.length)} seeds.`,
    '',
    '| fault | times |',
    '|---|---|',
    ...rows(totals.faults),
    '',
    '| check of an invariant | times |',
    '|---|---|',
    ...rows(totals.exercised),
  ].join('\n');
}
