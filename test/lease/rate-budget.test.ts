import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { minuteMs, RateBudget } from '../../lib/lease/budget.ts';
import type { BudgetState } from '../../lib/lease/lease-item.ts';

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
    await settle();
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
