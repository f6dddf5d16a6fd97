/** A process that makes passes over connections, and says what they took. It runs with `--expose-gc`. */
import { wire } from '../functions/wiring.ts';
import { eachLimited } from '../lib/reconcile/each-limited.ts';
import type { HeapSetup } from './heap-child.ts';
import { passInSync } from './harness/pass.ts';
import { silentLog } from './world/log.ts';
import { serve } from './world/protocol.ts';

const { settings, endpoints } = JSON.parse(process.argv[2] ?? '') as HeapSetup;

const atOnce = 10;
const sampleMs = 2;
const samplesAtLeast = 100;

/** Processor time, and how far the heap rises above what stands before. */
export interface Growth {
  readonly cpuMs: number;
  readonly heapBytes: number;
  /** Rounds of passes that it made. */
  readonly rounds: number;
}

function alive(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const handlers = {
  passes: async (connections: readonly string[]): Promise<Growth> => {
    const deps = wire(settings, silentLog, { endpoints });
    let rounds = 0;
    const round = async () => {
      await eachLimited(connections, atOnce, (name) => passInSync(deps, name));
      rounds += 1;
    };
    await passInSync(deps, 'warm');
    await round();
    const cpu = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(cpu);
    const before = alive();
    let peak = before;
    let samples = 0;
    const timer = setInterval(() => {
      samples += 1;
      peak = Math.max(peak, alive());
    }, sampleMs);
    // A round of a small fleet is over after a few samples, which its peak lies between.
    do await round();
    while (samples < samplesAtLeast);
    clearInterval(timer);
    return { cpuMs: (user + system) / 1000, heapBytes: peak - before, rounds };
  },
};

export type GrowthHandlers = typeof handlers;

serve(handlers);
