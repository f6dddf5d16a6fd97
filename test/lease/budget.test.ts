import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Dependencies } from '../../lib/reconcile/dependencies.types.ts';
import { passGate } from '../../lib/lease/pass-gate.ts';
import { Lease } from '../../lib/lease/lease.ts';
import type { LeaseItems } from '../../lib/reconcile/ports/lease-items.ts';
import type { Clock } from '../../lib/reconcile/ports/runtime.ts';
import { readGate } from '../../lib/lease/read-only-gate.ts';
import { defaultSettings } from '../../lib/reconcile/settings.types.ts';
import { fullestMinute } from '../support/fullest-minute.ts';
import { memoryLease } from '../support/memory-lease.ts';
import { virtualTime } from '../support/virtual-clock.ts';

const connection = 'acme';
const start = Date.parse('2026-11-22T12:00:00.000Z');
const requestsAConnection = 50;
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** One caller of the vendor: a pass that ends or dies, or a command that only reads. */
interface Caller {
  readonly kind: 'pass' | 'dies' | 'reads' | 'idle';
  readonly atMs: number;
  readonly requests: number;
  /** How long the vendor takes, and with it how long a request that was taken in advance may lie. */
  readonly answerMs: number;
  /** How long a request is on its way to the vendor for which a connection has to be opened. */
  readonly wayMs: number;
  /** How long its table takes to answer when it takes of the saved budget. */
  readonly storeMs?: number;
  /** Its clock against the vendor's; no two are more than 30 s apart. */
  readonly skewMs: number;
  /** Whose clock it is; its own unless told. */
  readonly clockName?: string;
}

const caller: fc.Arbitrary<Caller> = fc.record({
  kind: fc.constantFrom('pass', 'pass', 'dies', 'reads', 'reads', 'idle'),
  atMs: fc.integer({ min: 0, max: 240_000 }),
  requests: fc.integer({ min: 1, max: 100 }),
  answerMs: fc.constantFrom(0, 0, 50, 1000, 5000, 14_000),
  wayMs: fc.constantFrom(0, 0, 200, 2000),
  storeMs: fc.constantFrom(0, 0, 20, 500, 1000),
  skewMs: fc.constantFrom(0, -15_000, 15_000, -7000, 12_000),
});

/** Runs the callers and @returns when the vendor was called */
async function play(
  limit: number,
  callers: readonly Caller[],
  saw: (caller: number, at: number) => void = () => undefined,
): Promise<readonly number[]> {
  const time = virtualTime(start, settle);
  const lease = memoryLease();
  const budget = { requestsPerMinute: limit, concurrency: 4 };
  const seen: number[] = [];

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
        seen.push(time.clock.now());
        saw(by, time.clock.now());
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
    const deps = { lease, clock, settings: defaultSettings, owner, clockName };
    if (one.kind === 'reads') {
      const slow: LeaseItems = {
        ...lease,
        takeBudget: async (...asked) => {
          const taken = await lease.takeBudget(...asked);
          if (one.storeMs) await time.clock.sleep(one.storeMs);
          return taken;
        },
      };
      const gate = readGate(connection, budget, { ...deps, lease: slow } as Dependencies);
      await callAll((signal) => gate.admit(signal), one, number);
      await gate.giveBack();
      return;
    }
    const held = await Lease.acquire(connection, { items: lease, ...deps });
    if (!held) return;
    try {
      if (one.kind === 'idle') return;
      const gate = passGate(held, budget, deps);
      await callAll((signal) => gate.admit(signal), one, number);
    } catch {
      // Its lease is over: it may not go on.
    } finally {
      if (one.kind !== 'dies') await held.release('keep');
      held.end();
    }
  };
  await time.run(Promise.all(callers.map(act)));
  return seen;
}

const among = (...kinds: readonly Caller['kind'][]) =>
  fc.array(
    caller.map((one) => ({ ...one, kind: kinds[one.requests % kinds.length] ?? 'pass' })),
    { minLength: 1, maxLength: 7 },
  );

test.each([
  ['passes, takeovers, clocks 30 seconds apart', among('pass', 'pass', 'dies', 'idle')],
  ['commands that only read, while nobody holds the lease', among('reads')],
  ['passes and commands that only read', among('pass', 'reads', 'dies', 'reads', 'idle')],
])(
  'no minute sees more than the limit: %s',
  async (_, callers) => {
    let fullest = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(20, 30, 80, 300), callers, async (limit, some) => {
        const most = fullestMinute(await play(limit, some));
        fullest = Math.max(fullest, most / limit);
        expect(most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 300, seed: 20261122 },
    );
    // It is used, too.
    expect(fullest).toBeGreaterThan(0.8);
  },
  60_000,
);

test('what is granted to a reader is not made on top of a full minute', async () => {
  const times = await play(20, [
    { kind: 'reads', atMs: 0, requests: 15, answerMs: 0, wayMs: 0, skewMs: 0 },
    { kind: 'pass', atMs: 0, requests: 6, answerMs: 0, wayMs: 0, skewMs: 0 },
  ]);
  expect(times).toHaveLength(21);
  expect(fullestMinute(times)).toBeLessThanOrEqual(20);
});

test('what a slow reader has in hand is not made on top of a full minute', async () => {
  const times = await play(20, [
    { kind: 'reads', atMs: 0, requests: 5, answerMs: 14_000, wayMs: 0, skewMs: 0 },
    { kind: 'reads', atMs: 39_001, requests: 19, answerMs: 0, wayMs: 0, skewMs: 15_000 },
  ]);
  expect(fullestMinute(times)).toBeLessThanOrEqual(20);
});

test('what a slow table answers late is not made on top of a full minute', async () => {
  const reads = { kind: 'reads', answerMs: 0, wayMs: 0, skewMs: 0 } as const;
  const times = await play(20, [
    { ...reads, atMs: 0, requests: 4, storeMs: 59_000 },
    { ...reads, atMs: 58_000, requests: 30 },
  ]);
  expect(times).toHaveLength(34);
  expect(fullestMinute(times)).toBeLessThanOrEqual(20);
});

test('requests that wait together are taken from the saved budget together', async () => {
  const lease = memoryLease();
  const time = virtualTime(start, settle);
  const seen = { reads: 0, takes: 0 };
  const counted: LeaseItems = {
    ...lease,
    read: (name) => ((seen.reads += 1), lease.read(name)),
    takeBudget: (...asked) => ((seen.takes += 1), lease.takeBudget(...asked)),
  };
  const budget = { requestsPerMinute: 300, concurrency: 9 };
  const deps = { lease: counted, clock: time.clock, settings: defaultSettings, owner: 'reader' };
  const gate = readGate(connection, budget, deps as unknown as Dependencies);
  const { signal } = new AbortController();
  await time.run(gate.admit(signal));
  expect(seen).toEqual({ reads: 1, takes: 1 });
  await time.run(Promise.all(Array.from({ length: 9 }, () => gate.admit(signal))));
  expect(seen).toEqual({ reads: 2, takes: 2 });
  await time.run(gate.giveBack());
  expect(seen).toEqual({ reads: 2, takes: 2 });
});

test('what was taken for requests that were given up is given back', async () => {
  const lease = memoryLease();
  const left: number[] = [];
  const stop = new AbortController();
  const counted: LeaseItems = {
    ...lease,
    takeBudget: async (name, asked) => {
      left.push(asked.next.tokens);
      const taken = await lease.takeBudget(name, asked);
      stop.abort();
      return taken;
    },
  };
  const { clock, run } = virtualTime(start, settle);
  const deps = { lease: counted, clock, settings: defaultSettings, owner: 'reader' };
  const budget = { requestsPerMinute: 80, concurrency: 4 };
  const gate = readGate(connection, budget, deps as unknown as Dependencies);
  const { signal } = new AbortController();
  const admitted = [gate.admit(signal), gate.admit(stop.signal), gate.admit(stop.signal)];
  await run(Promise.all(admitted).then(() => gate.giveBack()));
  expect(left).toEqual([7, 9]);
  expect((await lease.read(connection))?.budget?.tokens).toBe(9);
});

test.each([20, 30, 80, 300])(
  'what a release granted counts for the holders after it, one clock or not: %i a minute',
  async (limit) => {
    const one = { answerMs: 0, wayMs: 0, skewMs: 0, clockName: 'a function' } as const;
    const times = await play(limit, [
      { ...one, kind: 'pass', atMs: 0, requests: 8, answerMs: 14_000 },
      { ...one, kind: 'reads', atMs: 17_950, requests: 5 },
      { ...one, kind: 'pass', atMs: 28_100, requests: 1 },
      { ...one, kind: 'pass', atMs: 33_000, requests: 2 * limit },
    ]);
    expect(times).toHaveLength(8 + 5 + 1 + 2 * limit);
    expect(fullestMinute(times)).toBeLessThanOrEqual(limit);
  },
);

test('a table that answers late is asked for one request at a time from then on', async () => {
  const lease = memoryLease();
  const time = virtualTime(start, settle);
  const left: number[] = [];
  const slow: LeaseItems = {
    ...lease,
    takeBudget: async (name, asked) => {
      left.push(Math.floor(asked.next.tokens));
      await time.clock.sleep(1500);
      return lease.takeBudget(name, asked);
    },
  };
  const deps = { lease: slow, clock: time.clock, settings: defaultSettings, owner: 'reader' };
  const budget = { requestsPerMinute: 20, concurrency: 4 };
  const gate = readGate(connection, budget, deps as unknown as Dependencies);
  const { signal } = new AbortController();
  await time.run(Promise.all(Array.from({ length: 4 }, () => gate.admit(signal))));
  expect(left).toEqual([6, 5, 4, 3]);
});

test('after a holder died, readers take each request of the budget once', async () => {
  const reads = { kind: 'reads', atMs: 0, answerMs: 0, wayMs: 0, skewMs: 0 } as const;
  const times = await play(20, [
    { kind: 'dies', atMs: 0, requests: 1, answerMs: 0, wayMs: 0, skewMs: 0 },
    { ...reads, atMs: 95_000, requests: 18 },
    { ...reads, atMs: 95_000, requests: 13 },
  ]);
  expect(fullestMinute(times)).toBeLessThanOrEqual(20);
});

test.each([
  [20, 105_000],
  [80, 45_000],
  [300, 45_000],
])(
  'beside a pass that needs all of %i a minute, who only reads gets its turn within %i ms, and the pass goes on',
  async (limit, withinMs) => {
    const reads: number[] = [];
    const own: number[] = [];
    const requests = 10 * limit;
    await play(
      limit,
      [
        { kind: 'pass', atMs: 0, requests, answerMs: 0, wayMs: 0, skewMs: 0 },
        { kind: 'reads', atMs: 30_000, requests: 40, answerMs: 0, wayMs: 0, skewMs: 0 },
      ],
      (number, at) => void (number === 1 ? reads : own).push(at - start),
    );
    expect(reads).toHaveLength(40);
    // The holder hears of it at one renewal, and grants at the next; the reader takes in five at a time.
    const waits = reads.map((at, nth) => at - (reads[nth - 1] ?? 30_000));
    expect(Math.max(...waits)).toBeLessThanOrEqual(withinMs);
    const neededMs = (requests + reads.length) * (60_000 / (limit - 10));
    expect(own.at(-1)).toBeLessThan(1.1 * neededMs);
  },
);

test.each([20, 80, 300])(
  'what was long on its way is not seen on top of a full minute of %i',
  async (limit) => {
    const times = await play(limit, [
      { kind: 'pass', atMs: 0, requests: limit + 20, answerMs: 0, wayMs: 2000, skewMs: 0 },
    ]);
    expect(times).toHaveLength(limit + 20);
    expect(fullestMinute(times)).toBeLessThanOrEqual(limit);
  },
);
