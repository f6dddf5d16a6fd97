/**
 * Feeds bad input to what reads it: `npm run fuzz -- [--cases N] [--seed S] [--only NAME,NAME] [--write]`. Prints a line
 * for each fuzzer; a case that fails is shrunk and printed with its seed, and the exit code is 1. `--write` writes the
 * figures into docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { fuzzers } from './fuzzers.ts';
import { record } from './record.ts';
import type { CaseAt, FuzzFigures } from './run-fuzzer.ts';
import { inputAt } from './run-fuzzer.ts';

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

/** In a thread of its own, so that a case that never gives back control can be ended and named. */
function run(name: string): Promise<FuzzFigures> {
  const { promise, resolve, reject } = Promise.withResolvers<FuzzFigures>();
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    // As the main thread of a command has it: how deep something may nest depends on it.
    resourceLimits: { stackSizeMb: 1 },
    workerData: { name, cases, seed, caseMs, growthMb: 16 },
  });
  let at: CaseAt = { seed, index: 0 };
  let beganAt = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - beganAt < 3 * caseMs) return;
    void worker.terminate();
    const fuzzer = fuzzers.find((one) => one.name === name);
    const input = fuzzer ? inputAt(fuzzer, at) : '';
    const failure = { seed: at.seed, input, error: `the case ${at.index} never ended` };
    resolve({ cases: at.index, seed, slowestMs: 3 * caseMs, growthMb: 0, seconds: 0, failure });
  }, 1_000);
  worker.on('message', (message: { at?: CaseAt; figures?: FuzzFigures }) => {
    beganAt = performance.now();
    if (message.at) at = message.at;
    if (message.figures) resolve(message.figures);
  });
  worker.on('error', reject);
  return promise.finally(() => {
    clearInterval(watch);
    void worker.terminate();
  });
}

const found: [name: string, figures: FuzzFigures][] = [];
for (const { name, what } of chosen) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other: the heap of each is its own
  const figures = await run(name);
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
