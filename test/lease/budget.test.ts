import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { minuteMs, RateBudget, readersShare } from '../../lib/lease/budget.ts';
import type { BudgetState } from '../../lib/lease/lease-item.ts';
import { readOnlyGate } from '../../lib/lease/read-only-gate.ts';
import { virtualTime } from '../support/virtual-clock.ts';
import { fullest, play, settle, start, type Caller } from './budget-callers.ts';
import { busyMinute, closeTowns } from './budget-town.ts';

afterEach(closeTowns);

const slackMs = 30_000;
/** Of 20 a minute two are the readers', and ten the burst: eight come evenly. */
const interval = minuteMs / 8;

/** A budget at a clock that only `pass` moves, and how many requests it admits at once. */
function budgetOf(saved?: BudgetState) {
  let now = 100_000;
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  const clock = { now: () => now, sleep };
  const budget = new RateBudget({ requestsPerMinute: 20 }, clock, saved, 'me', slackMs);
  const admitted = async () => {
    let count = 0;
    const stop = new AbortController();
    const asked = Array.from({ length: 20 }, async () => {
      await budget.admit(stop.signal);
      if (!stop.signal.aborted) count += 1;
    });
    await settled();
    stop.abort();
    await Promise.all(asked);
    return count;
  };
  return { budget, admitted, pass: (ms: number) => (now += ms) };
}

test('ten at once, then one for each interval, and never more than ten again', async () => {
  const { admitted, pass } = budgetOf();
  expect(await admitted()).toBe(10);
  expect(await admitted()).toBe(0);
  pass(interval - 1);
  expect(await admitted()).toBe(0);
  pass(1);
  expect(await admitted()).toBe(1);
  pass(10 * minuteMs);
  expect(await admitted()).toBe(10);
});

test.each([
  ['its own clock, at the same moment', 'me', 100_000, 5],
  ['its own clock, an interval ago', 'me', 100_000 - interval, 6],
  ['its own clock, set back since', 'me', 160_000, 5],
  ['another clock, within the slack', 'another', 100_000 - slackMs, 5],
  ['another clock, an interval more ago', 'another', 100_000 - slackMs - interval, 6],
  ['another clock, which is ahead', 'another', 120_000, 5],
  ['long ago', 'another', 0, 10],
])('a saved budget of five refills by what has passed for certain: %s', async (_, by, at, most) => {
  const { budget, admitted } = budgetOf({ tokens: 5, at, by });
  expect(budget.state().at).toBe(100_000);
  expect(await admitted()).toBe(most);
});

test('what is saved is what is left now, by this clock', async () => {
  const { budget, admitted, pass } = budgetOf();
  await admitted();
  pass(2.5 * interval);
  expect(budget.state()).toEqual({ tokens: 2.5, at: 100_000 + 2.5 * interval, by: 'me' });
});

const kinds: readonly Caller['kind'][] = ['pass', 'pass', 'dies', 'idle'];

const caller: fc.Arbitrary<Caller> = fc.record({
  kind: fc.constant('pass' as const),
  atMs: fc.integer({ min: 0, max: 240_000 }),
  requests: fc.integer({ min: 1, max: 100 }),
  answerMs: fc.constantFrom(0, 0, 50, 1000, 5000, 14_000),
  wayMs: fc.constantFrom(0, 0, 200, 2000),
  skewMs: fc.constantFrom(0, -15_000, 15_000, -7000, 12_000),
});

const passes = fc.array(
  caller.map((one) => ({ ...one, kind: kinds[one.requests % kinds.length] ?? 'pass' })),
  { minLength: 1, maxLength: 6 },
);
const reader = caller.map((one) => ({ ...one, kind: 'reads' as const }));

test.each([
  ['passes, takeovers, clocks 30 seconds apart', fc.constant([])],
  ['a command that only reads', fc.tuple(reader)],
  ['two commands that only read', fc.tuple(reader, reader)],
])('no minute sees more than passes and readers may make: %s', async (_, readers) => {
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
});

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
  expect(() => gate.assertMay()).toThrow('only a pass with the lease may');
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

test('of passes, a killed holder, a takeover and a reader beside them the gateway sees no more than 20 a minute', async () => {
  await busyMinute(20, 20, 0.5);
});
