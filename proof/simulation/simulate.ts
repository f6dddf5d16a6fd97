import { availableParallelism } from 'node:os';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeFigures } from '../../scripts/figures.ts';
import { findMutations, mutationsReport } from './find-mutations.ts';
import { generate } from './generate.ts';
import { runSeeds } from './run-seeds.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';
import { reportOf } from './totals.ts';
import type { SeedResult } from './totals.ts';

/*
 * `npm run simulate -- --seeds N [--from S] [--seed S] [--lifecycle] [--workers W] [--write]`
 * `npm run simulate -- --mutations [--write]`
 *
 * Runs that many seeds and reports what they came to; exits 1 if an invariant was violated. `--seed` runs one, and prints
 * its trace. `--lifecycle` runs those in which servers come and go. A seed that fails is made as small as can be, printed, and kept in `regressions/`. `--mutations` breaks the code
 * on purpose, and exits 1 if the simulation does not find it.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    write: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
    lifecycle: { type: 'boolean', default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

const hasLabels = (seed: number) =>
  generate(seed).connections.some(({ labels = [] }) => labels.length > 0);

/** Failing seeds that are made small: more of them are most likely the same again. */
const shrunkAtMost = 3;

async function main(): Promise<number> {
  const from = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds) : 1;
  if (values.seed !== undefined) say((await run(generate(from))).trace.join('\n'));
  const totals = await runSeeds({
    from,
    count,
    workers: Number(values.workers),
    ...(values.lifecycle && { fits: hasLabels }),
  });
  for (const { seed, violations } of totals.failed) {
    const [first] = violations;
    say(`seed ${seed}: ${first?.invariant} at ${(first?.at ?? 0) / 1000} s: ${first?.what}`);
  }
  for (const failed of totals.failed.slice(0, shrunkAtMost)) await keep(failed);
  const report = reportOf(totals, from);
  say(report);
  if (values.write) await writeFigures('docs/reliability.md', 'simulation', report);
  return totals.failed.length === 0 ? 0 : 1;
}

async function keep({ seed, violations: [first] }: SeedResult): Promise<void> {
  if (!first) return;
  const { scenario, result } = await shrink(generate(seed), first.invariant);
  const { actions, faults } = scenario;
  say(`\nseed ${seed}, as small as it gets: ${actions.length} actions, ${faults.length} faults`);
  const end = result.trace.findIndex((line) => line.includes('VIOLATION'));
  say(result.trace.slice(0, end + 1).join('\n'));
  mkdirSync(new URL('./regressions', import.meta.url), { recursive: true });
  const [violation] = result.violations;
  const text = JSON.stringify({ ...violation, scenario }, undefined, 2);
  writeFileSync(new URL(`./regressions/seed-${seed}.json`, import.meta.url), `${text}\n`);
}

/** Seeds that a mutation may take to be found. */
const seedsOfMutation = 800;

async function breakOnPurpose(): Promise<number> {
  const found = await findMutations(Number(values.workers), seedsOfMutation);
  for (const { mutation, violation } of found) {
    say(`${mutation.name}: ${violation?.what ?? 'NOT FOUND'}`);
  }
  const report = mutationsReport(found);
  say(`\n${report}`);
  if (values.write) await writeFigures('docs/reliability.md', 'mutations', report);
  return found.every(({ seed }) => seed !== undefined) ? 0 : 1;
}

process.exitCode = await (values.mutations ? breakOnPurpose() : main());
