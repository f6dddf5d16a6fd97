import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Bench, Fuzzer } from './fuzzer.ts';
import { Wrong } from './fuzzer.ts';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** A case that takes longer is a hang. */
  readonly caseMs: number;
  /** The heap may be so much larger after the last case than after the first ones. */
  readonly growthMb: number;
  /** Is told before each case which one it is: what watches it stops a case that never gives back control. */
  readonly began?: (at: CaseAt) => void;
}

/** A case, by the seed of its batch and its number in it. */
export interface CaseAt {
  readonly seed: number;
  readonly index: number;
}

/** What a run found. */
export interface FuzzFigures {
  readonly cases: number;
  readonly seed: number;
  readonly slowestMs: number;
  readonly growthMb: number;
  readonly seconds: number;
  readonly failure?: FuzzFailure;
}

export interface FuzzFailure {
  /** `--seed` of a run in which it comes among the first cases. */
  readonly seed: number;
  /** After shrinking; as text, cut. */
  readonly input: string;
  readonly error: string;
}

/** A seed for so many cases: a failure is found again without the run before it. */
export const batchSize = 1_000;
const inputAtMost = 6_000;
const mb = 1024 * 1024;

/** Runs a fuzzer until its cases are done or one fails, which is shrunk. */
export async function runFuzzer(fuzzer: Fuzzer, options: FuzzOptions): Promise<FuzzFigures> {
  const { cases, seed, growthMb: growthAtMost } = options;
  const bench = await fuzzer.open();
  const watch = { slowestMs: 0 };
  const startedAt = performance.now();
  let failure: FuzzFailure | undefined;
  let done = 0;
  const heaps: number[] = [];
  try {
    for (let batch = 0; done < cases && failure === undefined; batch += 1) {
      // The first cases warm up what is compiled and cached once.
      const count = Math.min(batchSize, cases - done, batch === 0 ? Math.ceil(cases / 4) : cases);
      failure = await runBatch(
        fuzzer,
        bench,
        { ...options, cases: count, seed: seed + batch },
        watch,
      );
      done += count;
      // oxlint-disable-next-line no-await-in-loop
      heaps.push(await heapMb());
    }
    const growthMb = grown(heaps);
    if (!failure && growthMb > growthAtMost) {
      const error = `the heap grew by ${growthMb.toFixed(1)} MB, more than ${growthAtMost} MB`;
      failure = { seed, input: '(all cases)', error };
    }
    return {
      cases: done,
      seed,
      slowestMs: watch.slowestMs,
      growthMb,
      seconds: (performance.now() - startedAt) / 1000,
      ...(failure && { failure }),
    };
  } finally {
    await bench.close?.();
  }
}

async function runBatch(
  { inputs }: Fuzzer,
  bench: Bench<unknown>,
  { cases, seed, caseMs, began }: FuzzOptions,
  watch: { slowestMs: number },
): Promise<FuzzFailure | undefined> {
  let index = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    began?.({ seed, index });
    index += 1;
    const startedAt = performance.now();
    await within(caseMs, bench.check(input));
    const ms = performance.now() - startedAt;
    watch.slowestMs = Math.max(watch.slowestMs, ms);
    if (ms > caseMs) throw new Wrong(`the case took ${Math.round(ms)} ms`);
  });
  const result = await fc.check(property, { seed, numRuns: cases, endOnFailure: false });
  if (!result.failed) return undefined;
  const [input] = result.counterexample ?? [];
  const error = result.errorInstance;
  return {
    seed,
    input: asText(input),
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/** The input of a case that never ended: it is made again, not run. */
export function inputAt({ inputs }: Fuzzer, { seed, index }: CaseAt): string {
  return asText(fc.sample(inputs, { seed, numRuns: index + 1 }).at(-1));
}

function asText(input: unknown): string {
  const text = fc.stringify(input);
  return text.length <= inputAtMost
    ? text
    : `${text.slice(0, inputAtMost)}… (${text.length} characters)`;
}

async function within(ms: number, work: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Wrong(`the case did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** From the first batch to the last ones; the least of these: what is on its way, in sockets and buffers, does not stay. */
function grown([first = 0, ...later]: readonly number[]): number {
  return later.length === 0 ? 0 : Math.min(...later.slice(-3)) - first;
}

let collect: (() => void) | undefined;

/** What is in use after a collection: of the heap, and beside it. */
async function heapMb(): Promise<number> {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // Connections that were closed are gone a turn later.
  await sleep(20);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / mb;
}
