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

/** Processor time, and how far the heap rises above what stands before. */
export interface Growth {
  readonly cpuMs: number;
  readonly heapBytes: number;
}

function alive(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const handlers = {
  passes: async (connections: readonly string[]): Promise<Growth> => {
    const deps = wire(settings, silentLog, { endpoints });
    const round = () => eachLimited(connections, atOnce, (name) => passInSync(deps, name));
    await passInSync(deps, 'warm');
    await round();
    const cpu = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(cpu);
    const before = alive();
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, alive())), sampleMs);
    await round();
    clearInterval(timer);
    return { cpuMs: (user + system) / 1000, heapBytes: peak - before };
  },
};

export type GrowthHandlers = typeof handlers;

serve(handlers);
