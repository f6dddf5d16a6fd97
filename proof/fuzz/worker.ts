import { parentPort, workerData } from 'node:worker_threads';
import { fuzzers } from './fuzzers.ts';
import type { CaseAt, FuzzOptions } from './run-fuzzer.ts';
import { runFuzzer } from './run-fuzzer.ts';

const { name, ...options } = workerData as FuzzOptions & { readonly name: string };
const fuzzer = fuzzers.find((one) => one.name === name);
if (!fuzzer) throw new Error(`there is no fuzzer ${name}`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread, not of a window
const tell = (message: object) => parentPort?.postMessage(message);
const began = (at: CaseAt) => tell({ at });
tell({ figures: await runFuzzer(fuzzer, { ...options, began }) });
