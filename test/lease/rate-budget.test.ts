import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { handMs, RateBudget } from '../../lib/lease/budget.ts';
import type { BudgetState } from '../../lib/reconcile/ports/lease-items.ts';

/** A budget, full unless told, at a clock that stands still, and how many requests it admits at once. */
function budgetOf(saved?: BudgetState) {
  let now = 0;
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  const clock = { now: () => now, sleep };
  const budget = new RateBudget({ requestsPerMinute: 20 }, clock, saved, 'me', 30_000);
  const admitted = async () => {
    let count = 0;
    const stop = new AbortController();
    const asked = Array.from({ length: 20 }, async () => {
      await budget.admit(stop.signal);
      if (!stop.signal.aborted) count += 1;
    });
    await settle();
    stop.abort();
    await Promise.all(asked);
    return count;
  };
  return { budget, admitted, pass: (ms: number) => (now += ms) };
}

test('half of the burst may be in others’ hands, the rest is the pass’s own', async () => {
  const { budget, admitted } = budgetOf();
  expect(budget.grant(7)).toBe(5);
  expect(budget.grant(2)).toBe(0);
  expect(await admitted()).toBe(5);
});

test('what was granted is not in the bucket again before it is told, and nobody can use it any more', async () => {
  const { budget, admitted, pass } = budgetOf();
  expect(budget.grant(5)).toBe(5);
  pass(10 * 60_000);
  expect(await admitted()).toBe(5);
  pass(10 * 60_000);
  budget.told();
  pass(handMs);
  expect(await admitted()).toBe(5);
  pass(10 * 60_000);
  expect(await admitted()).toBe(10);
});

test('what is owed is set aside, one for each of its own, and is granted then', async () => {
  const { budget, admitted } = budgetOf();
  budget.owe(3);
  expect(await admitted()).toBe(7);
  expect(budget.grant(4)).toBe(3);
});

test('what is handed on does not refill while somebody may hold a part of it', () => {
  const { budget, pass } = budgetOf();
  budget.grant(2);
  expect(budget.state()).toEqual({ tokens: 8, at: 60_000, by: 'me' });
  pass(5000);
  budget.told();
  expect(budget.state()).toEqual({ tokens: 8, at: 65_000, by: 'me' });
  pass(60_000);
  expect(budget.state()).toEqual({ tokens: 10, at: 65_000, by: 'me' });
});

test.each([
  ['its own clock', 'me', 60_000, 60_000],
  ['another clock, which may be ahead', 'another', 80_000, 60_000],
])(
  'a part that somebody may hold is kept back by the next holder too: %s',
  async (_, by, at, until) => {
    const { admitted, pass } = budgetOf({ tokens: 5, at, by });
    expect(await admitted()).toBe(5);
    pass(until);
    expect(await admitted()).toBe(0);
    pass(10 * 60_000);
    expect(await admitted()).toBe(10);
  },
);
