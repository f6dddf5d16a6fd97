import { readFileSync } from 'node:fs';
import { writeFigures } from '../../scripts/figures.ts';
import type { Fuzzer } from './fuzzer.ts';
import type { FuzzFigures } from './run-fuzzer.ts';

const file = 'docs/reliability.md';

/** Writes the figures of a run into docs/reliability.md; what ran another time stays in its row. */
export async function record(
  fuzzers: readonly Fuzzer[],
  found: ReadonlyMap<string, FuzzFigures>,
): Promise<void> {
  const before = readFileSync(file, 'utf8').split('<!-- fuzz:begin -->')[1]?.split('\n') ?? [];
  const rows = fuzzers.flatMap(({ name, what }) => {
    const figures = found.get(name);
    if (figures) return rowOf(name, what, figures);
    return before.find((line) => line.startsWith(`| ${name} `)) ?? [];
  });
  const head = ['fuzzer', 'what', 'cases', 'seed', 'failed', 'slowest', 'heap', 'day'];
  const rule = head.map(() => '---').join(' | ');
  const table = [`| ${head.join(' | ')} |`, `| ${rule} |`, ...rows].join('\n');
  await writeFigures(file, 'fuzz', table);
}

function rowOf(name: string, what: string, figures: FuzzFigures): string {
  const { cases, seed, failure, slowestMs, growthMb } = figures;
  const heap = `${growthMb < 0 ? '' : '+'}${growthMb.toFixed(1)} MB`;
  const day = new Date().toISOString().slice(0, 10);
  const failed = failure ? 'yes' : 'none';
  const ms = `${Math.round(slowestMs)} ms`;
  return `| ${[name, what, cases.toLocaleString('en'), seed, failed, ms, heap, day].join(' | ')} |`;
}
