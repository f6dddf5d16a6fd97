import { Worker } from 'node:worker_threads';
import type { Fuzzer } from './fuzzer.ts';
import type { CaseAt, FuzzFigures, FuzzOptions } from './run-fuzzer.ts';
import { inputAt } from './run-fuzzer.ts';

const ownWorker = new URL('worker.ts', import.meta.url);

/**
 * Runs a fuzzer in a thread of its own, so that a case that never gives back control can be ended and named: three times
 * `caseMs` after it began.
 */
export function runWatched(
  fuzzer: Fuzzer,
  options: FuzzOptions,
  program: URL = ownWorker,
): Promise<FuzzFigures> {
  const { promise, resolve, reject } = Promise.withResolvers<FuzzFigures>();
  const { seed, caseMs } = options;
  const worker = new Worker(program, {
    // As the main thread of a command has it: how deep something may nest depends on it.
    resourceLimits: { stackSizeMb: 1 },
    workerData: { name: fuzzer.name, ...options },
  });
  let at: CaseAt = { seed, index: 0 };
  let beganAt = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - beganAt < 3 * caseMs) return;
    const failure = {
      seed: at.seed,
      input: inputAt(fuzzer, at),
      error: `the case ${at.index} never ended`,
    };
    resolve({ cases: at.index, seed, slowestMs: 3 * caseMs, growthMb: 0, seconds: 0, failure });
  }, caseMs / 10);
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
