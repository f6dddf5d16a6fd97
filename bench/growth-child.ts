/** A process that makes passes over connections, and says what they took. It runs with `--expose-gc`. */
import { wire } from '../lib/wiring.ts';
import { eachLimited } from '../lib/pass/limited.ts';
import type { HeapSetup } from './heap-child.ts';
import { passInSync } from './harness/pass.ts';
import { silentLog } from './world/log.ts';
import { serve } from './world/protocol.ts';

const { settings, endpoints } = JSON.parse(process.argv[2] ?? '') as HeapSetup;

const atOnce = 10;
const sampleMs = 2;
const samplesAtLeast = 100;

/** Passes over another connection that come first: the engine has compiled then what it will. */
const warmPasses = 30;

/** A fleet, and how many rounds of passes over it the processor time is taken of. */
export interface Fleet {
  readonly connections: readonly string[];
  readonly rounds: number;
}

/** Processor time of a round, and the peak of what is alive in one. */
export interface Growth {
  readonly cpuMs: number;
  readonly heapBytes: number;
  /** Rounds of passes that it made in all. */
  readonly rounds: number;
}

function alive(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const deps = wire(settings, silentLog, { endpoints });

const handlers = {
  warmUp: async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one pass after the other, as a function makes them
    for (let pass = 0; pass < warmPasses; pass += 1) await passInSync(deps, 'warm');
  },
  passes: async ({ connections, rounds }: Fleet): Promise<Growth> => {
    let made = 0;
    const round = async () => {
      await eachLimited(connections, atOnce, (name) => passInSync(deps, name));
      made += 1;
    };
    await round();
    const cpu = process.cpuUsage();
    // oxlint-disable-next-line no-await-in-loop
    for (let turn = 0; turn < rounds; turn += 1) await round();
    // Of all together, with the collections of garbage: a round of a small fleet may meet none.
    const { user, system } = process.cpuUsage(cpu);
    let peak = 0;
    let samples = 0;
    const timer = setInterval(() => {
      samples += 1;
      peak = Math.max(peak, alive());
    }, sampleMs);
    // A round of a small fleet ends after a few samples, and its peak may be between them.
    do await round();
    while (samples < samplesAtLeast);
    clearInterval(timer);
    const cpuMs = (user + system) / 1000 / rounds;
    return { cpuMs, heapBytes: peak, rounds: made };
  },
};

export type GrowthHandlers = typeof handlers;

serve(handlers);
