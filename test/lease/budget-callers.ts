import { Lease } from '../../lib/lease/lease.ts';
import { passGate } from '../../lib/lease/pass-gate.ts';
import { readOnlyGate } from '../../lib/lease/read-only-gate.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { fullestMinute } from '../support/fullest-minute.ts';
import { virtualTime } from '../support/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';

const connection = 'acme';
export const start = Date.parse('2026-11-22T12:00:00.000Z');
const requestsAConnection = 50;
export const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** One caller of the vendor: a pass that ends or dies, or a command that only reads. */
export interface Caller {
  readonly kind: 'pass' | 'dies' | 'reads' | 'idle';
  readonly atMs: number;
  readonly requests: number;
  /** How long the vendor takes. */
  readonly answerMs: number;
  /** How long a request is on its way to the vendor for which a connection has to be opened. */
  readonly wayMs: number;
  /** Its clock against the vendor's; no two are more than 30 s apart. */
  readonly skewMs: number;
  /** Whose clock it is; defaults to its own. */
  readonly clockName?: string;
}

/** When the vendor was called, and by which of the callers. */
export interface Call {
  readonly at: number;
  readonly by: number;
}

/** Runs the callers and @returns what the vendor saw */
export async function play(limit: number, callers: readonly Caller[]): Promise<readonly Call[]> {
  const time = virtualTime(start, settle);
  const lease = memoryStore();
  let acquisitions = 0;
  const uuid = () => `acquisition ${(acquisitions += 1)}`;
  const budget = { requestsPerMinute: limit, concurrency: 4 };
  const seen: Call[] = [];

  const callAll = async (
    admit: (signal: AbortSignal) => Promise<void>,
    one: Caller,
    by: number,
  ) => {
    const { signal } = new AbortController();
    let call = 0;
    const lane = async () => {
      for (; call < one.requests;) {
        const number = call;
        call += 1;
        await admit(signal);
        const opens = number % requestsAConnection < budget.concurrency;
        if (opens && one.wayMs > 0) await time.clock.sleep(one.wayMs);
        seen.push({ at: time.clock.now(), by });
        if (one.answerMs > 0) await time.clock.sleep(one.answerMs);
      }
    };
    await Promise.all(Array.from({ length: budget.concurrency }, lane));
  };

  const act = async (one: Caller, number: number) => {
    await time.clock.sleep(one.atMs);
    const clock: Clock = time.ahead(one.skewMs);
    const owner = `owner ${number}`;
    const { clockName = owner } = one;
    const queue = noQueue;
    const world = { lease, queue, clock, settings: defaultSettings, owner, clockName, uuid };
    if (one.kind === 'reads') {
      const gate = readOnlyGate(budget, clock);
      await callAll((signal) => gate.admit(signal), one, number);
      return;
    }
    const owned = await Lease.acquire(connection, world);
    if (!(owned instanceof Lease)) return;
    try {
      if (one.kind === 'idle') return;
      const gate = passGate(owned, budget, world);
      await callAll((signal) => gate.admit(signal), one, number);
    } catch {
      // Its lease is over: it may not go on.
    } finally {
      if (one.kind !== 'dies') await owned.release('keep');
      owned.end();
    }
  };
  await time.run(Promise.all(callers.map(act)));
  return seen;
}

export const fullest = (calls: readonly Call[]) => fullestMinute(calls.map(({ at }) => at));
