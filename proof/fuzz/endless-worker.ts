import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzOptions } from './run-fuzzer.ts';

/** For the test of what watches: its seventh case never ends. */
const { seed } = workerData as FuzzOptions;
for (let index = 0; ; index += 1) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread, not of a window
  parentPort?.postMessage({ at: { seed, index } });
  while (index === 6);
}
