import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { generate } from './generate.ts';
import { run } from './run.ts';
import type { Scenario } from './scenario.types.ts';
import { seedResult, Totals } from './totals.ts';

const folder = 'test/simulation/regressions';

test('a seed is one run: the same steps in the same order, whenever it is run', async () => {
  const [one, two] = [await run(generate(7)), await run(generate(7))];
  expect(one.steps).toBeGreaterThan(100);
  expect(two.trace).toEqual(one.trace);
});

describe('100 seeds', () => {
  const totals = new Totals();

  test.each(Array.from({ length: 10 }, (_, index) => 1 + index * 10))(
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
