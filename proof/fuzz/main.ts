/**
 * Feeds bad input to what reads it: `npm run fuzz -- [--cases N] [--seed S] [--only NAME,NAME] [--write]`. Prints a line
 * for each fuzzer; a case that fails is shrunk and printed with its seed, and the exit code is 1. `--write` writes the
 * figures into docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { fuzzers } from './fuzzers.ts';
import { record } from './record.ts';
import type { FuzzFigures } from './run-fuzzer.ts';
import { runWatched } from './watched.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const cases = Number(values.cases);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const only = values.only?.split(',');
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  throw new Error('--cases and --seed are whole numbers');
}
const chosen = fuzzers.filter(({ name }) => !only || only.includes(name));
if (chosen.length === 0)
  throw new Error(`--only: there are ${fuzzers.map(({ name }) => name).join(', ')}`);

const caseMs = 10_000;

const found: [name: string, figures: FuzzFigures][] = [];
for (const fuzzer of chosen) {
  const { name, what } = fuzzer;
  // oxlint-disable-next-line no-await-in-loop -- one after the other: the heap of each is its own
  const figures = await runWatched(fuzzer, { cases, seed, caseMs, growthMb: 16 });
  found.push([name, figures]);
  // oxlint-disable-next-line no-await-in-loop -- after each, so that a run which is stopped leaves what it has
  if (values.write) await record(fuzzers, new Map(found));
  const { failure, slowestMs, growthMb, seconds } = figures;
  process.stdout.write(
    `${failure ? 'FAILED' : 'ok    '} ${name.padEnd(12)} ${figures.cases} cases, seed ${seed}, ` +
      `slowest ${Math.round(slowestMs)} ms, heap ${growthMb.toFixed(1)} MB, ${Math.round(seconds)} s: ${what}\n`,
  );
  if (failure) {
    process.stdout.write(
      `  again: npm run fuzz -- --only ${name} --seed ${failure.seed} --cases 1000\n`,
    );
    process.stdout.write(`  input: ${failure.input}\n  ${failure.error}\n`);
  }
}
process.exitCode = found.some(([, { failure }]) => failure) ? 1 : 0;
