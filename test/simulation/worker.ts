import { parentPort } from 'node:worker_threads';
import { generate } from './generate.ts';
import { run } from './run.ts';
import { seedResult } from './totals.ts';

/** Runs the seeds that it is told, one after the other. */
parentPort?.on('message', (seed: number) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
  void run(generate(seed)).then((result) => parentPort?.postMessage(seedResult(seed, result)));
});
