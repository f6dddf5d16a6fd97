import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { mutate } from './mutations.ts';
import type { RunResult } from './run.ts';
import type { Scenario } from './scenario.types.ts';

const { mutation } = workerData as { readonly mutation?: string };
if (mutation !== undefined) mutate(mutation);

// Not before: what is imported now is mutated.
const { generate } = await import('./generate.ts');
const { run } = await import('./run.ts');
const { seedResult } = await import('./totals.ts');

function regression(name: string): Scenario {
  const text = readFileSync(new URL(`./regressions/${name}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly scenario: Scenario }).scenario;
}

/** Runs the seeds and regressions that it is sent, one after the other. */
parentPort?.on('message', (what: number | string) => {
  const scenario = typeof what === 'number' ? generate(what) : regression(what);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
  const answer = (result: RunResult) => parentPort?.postMessage(seedResult(scenario.seed, result));
  void run(scenario).then(answer);
});
