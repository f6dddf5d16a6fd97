import { parentPort, workerData } from 'node:worker_threads';
import { mutate } from './mutations.ts';

const { mutation } = workerData as { readonly mutation?: string };
if (mutation !== undefined) mutate(mutation);

// Not before: what is imported now is mutated.
const { generate } = await import('./generate.ts');
const { run } = await import('./run.ts');
const { seedResult } = await import('./totals.ts');

/** Runs the seeds that it is told, one after the other. */
parentPort?.on('message', (seed: number) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
  void run(generate(seed)).then((result) => parentPort?.postMessage(seedResult(seed, result)));
});
