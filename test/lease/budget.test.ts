import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { minuteMs, readersShare } from '../../lib/lease/budget.ts';
import { Lease } from '../../lib/lease/lease.ts';
import { passGate } from '../../lib/lease/pass-gate.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { readOnlyGate } from '../../lib/lease/read-only-gate.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { fullestMinute } from '../support/fullest-minute.ts';
import { virtualTime } from '../support/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';

const connection = 'acme';
const start = Date.parse('2026-11-22T12:00:00.000Z');
const requestsAConnection = 50;
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** One caller of the vendor: a pass that ends or dies, or a command that only reads. */
interface Caller {
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

const kinds: readonly Caller['kind'][] = ['pass', 'pass', 'dies', 'idle'];

const caller: fc.Arbitrary<Caller> = fc.record({
  kind: fc.constant('pass' as const),
  atMs: fc.integer({ min: 0, max: 240_000 }),
  requests: fc.integer({ min: 1, max: 100 }),
  answerMs: fc.constantFrom(0, 0, 50, 1000, 5000, 14_000),
  wayMs: fc.constantFrom(0, 0, 200, 2000),
  skewMs: fc.constantFrom(0, -15_000, 15_000, -7000, 12_000),
});

/** When the vendor was called, and by which of the callers. */
interface Call {
  readonly at: number;
  readonly by: number;
}

/** Runs the callers and @returns what the vendor saw */
async function play(limit: number, callers: readonly Caller[]): Promise<readonly Call[]> {
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

const fullest = (calls: readonly Call[]) => fullestMinute(calls.map(({ at }) => at));

const passes = fc.array(
  caller.map((one) => ({ ...one, kind: kinds[one.requests % kinds.length] ?? 'pass' })),
  { minLength: 1, maxLength: 6 },
);
const reader = caller.map((one) => ({ ...one, kind: 'reads' as const }));

test.each([
  ['passes, takeovers, clocks 30 seconds apart', fc.constant([])],
  ['a command that only reads', fc.tuple(reader)],
  ['two commands that only read', fc.tuple(reader, reader)],
])(
  'no minute sees more than passes and readers may make: %s',
  async (_, readers) => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(20, 30, 80, 300),
        passes,
        readers,
        async (limit, some, reading) => {
          const share = readersShare({ requestsPerMinute: limit });
          const calls = await play(limit, [...some, ...reading]);
          const own = fullest(calls.filter(({ by }) => by < some.length));
          expect(own).toBeLessThanOrEqual(limit - share);
          reading.forEach((_one, nth) => {
            const ofReader = calls.filter(({ by }) => by === some.length + nth);
            expect(fullest(ofReader)).toBeLessThanOrEqual(share);
          });
          most = Math.max(most, own / (limit - share));
        },
      ),
      { numRuns: 300, seed: 20261122 },
    );
    // It is used, too.
    expect(most).toBeGreaterThan(0.8);
  },
  60_000,
);

const atOnce = { atMs: 0, answerMs: 0, wayMs: 0, skewMs: 0 } as const;

test.each([20, 80, 300])('of %i a minute, a reader may use its tenth at once', async (limit) => {
  const share = limit / 10;
  const calls = await play(limit, [{ ...atOnce, kind: 'reads', requests: share + 1 }]);
  expect(calls.filter(({ at }) => at === start)).toHaveLength(share);
  expect(calls.at(-1)?.at).toBe(start + minuteMs);
});

test('requests of a reader that were given up do not hold the others up', async () => {
  const time = virtualTime(start, settle);
  const gate = readOnlyGate({ requestsPerMinute: 20 }, time.clock);
  const { signal } = new AbortController();
  const stop = new AbortController();
  await time.run(Promise.all([gate.admit(signal), gate.admit(signal)]));
  const givenUp = gate.admit(stop.signal);
  const next = gate.admit(signal);
  stop.abort();
  await time.run(Promise.all([givenUp, next]));
  expect(time.clock.now()).toBe(start + minuteMs);
});

test('what only the owner of the lease may do is refused', () => {
  const gate = readOnlyGate({ requestsPerMinute: 20 }, virtualTime(start, settle).clock);
  expect(() => gate.assertMay()).toThrow('only a pass under the lease may');
});

test.each([20, 30, 80, 300])(
  'what is left of the budget counts for the owners after it, one clock or not: %i a minute',
  async (limit) => {
    const one = { answerMs: 0, wayMs: 0, skewMs: 0, clockName: 'a function' } as const;
    const calls = await play(limit, [
      { ...one, kind: 'pass', atMs: 0, requests: 8, answerMs: 14_000 },
      { ...one, kind: 'pass', atMs: 28_100, requests: 1 },
      { ...one, kind: 'pass', atMs: 33_000, requests: 2 * limit },
    ]);
    expect(calls).toHaveLength(8 + 1 + 2 * limit);
    expect(fullest(calls)).toBeLessThanOrEqual(limit - limit / 10);
  },
);

test.each([20, 80, 300])(
  'what was long on its way is not seen on top of a full minute of %i',
  async (limit) => {
    const calls = await play(limit, [
      { ...atOnce, kind: 'pass', requests: limit + 20, wayMs: 2000 },
    ]);
    expect(calls).toHaveLength(limit + 20);
    expect(fullest(calls)).toBeLessThanOrEqual(limit);
  },
);
