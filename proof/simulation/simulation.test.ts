import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { generate } from './generate.ts';
import { run } from './run.ts';
import type { Scenario } from './scenario.types.ts';
import { seedResult, Totals } from './totals.ts';

const folder = 'proof/simulation/regressions';

test('a seed is one run: the same steps in the same order, whenever it is run', async () => {
  const [one, two] = [await run(generate(7)), await run(generate(7))];
  expect(one.steps).toBeGreaterThan(100);
  expect(two.trace).toEqual(one.trace);
});

/** What 100 seeds must have held against the invariants: an oracle that saw nothing proves nothing. */
const atLeast: Readonly<Record<string, number>> = {
  'convergence: servers right': 300,
  'no-harm: PUTs': 300,
  'no-harm: POSTs': 50,
  'no-harm: POSTs that choose the id': 5,
  'no-harm: DELETEs': 5,
  'convergence: labels right': 40,
  'no-harm: objects replaced as a whole': 100,
  'no-harm: unreadable fields sent': 300,
  'no-harm: changes that the guard counts': 5,
  'no-harm: PUTs to servers with a stored credential': 10,
  'no-flood: lockouts': 5,
  'no-harm: plans that were held again': 5,
  'no-stale-write: PUTs against the newest declaration that was read': 300,
  'no-stale-write: older declarations of frozen holders': 1,
  'no-stale-write: server items written without the lease': 1,
  'nothing-lost: knocks': 50,
  'nothing-lost: servers compared with the ledger': 300,
  'no-flood: calls in a minute of passes': 1000,
  'no-flood: calls in a minute of a reader': 100,
  'no-flood: attempts after a transient failure': 5,
  'no-flood: refresh tokens exchanged': 20,
  'no-leak: log': 500,
  'no-leak: ledger.writeServer': 500,
  'no-leak: requests': 1000,
};

describe('100 seeds', () => {
  const totals = new Totals();

  // Of these some have a holder that writes after it lost its lease, which one seed in thirty comes to.
  test.each(Array.from({ length: 10 }, (_, index) => 301 + index * 10))(
    'from %i on nothing is violated',
    async (from) => {
      for (let seed = from; seed < from + 10; seed += 1) {
        // oxlint-disable-next-line no-await-in-loop -- they share the global timers
        const result = await run(generate(seed));
        totals.add(seedResult(seed, result));
        expect({ seed, violations: result.violations }).toEqual({ seed, violations: [] });
      }
    },
    60_000,
  );

  test('the oracles had enough to look at', () => {
    const seen = Object.keys(atLeast).map((key) => [key, totals.exercised.get(key) ?? 0] as const);
    expect(seen.filter(([key, times]) => times < (atLeast[key] ?? 0))).toEqual([]);
    expect(totals.faults.size).toBeGreaterThan(12);
  });
});

test('what went wrong once does not again', async () => {
  const kept = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of kept) {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const { scenario } = JSON.parse(text) as { scenario: Scenario };
    // oxlint-disable-next-line no-await-in-loop
    const { violations } = await run(scenario);
    expect({ name, violations }).toEqual({ name, violations: [] });
  }
});
