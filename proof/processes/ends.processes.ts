import { expect, test } from '@jest/globals';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { everyEnd } from '../cli/every-end.ts';

/** Of some two hundred, which take ten minutes: `npm run proof -- tests` runs all. */
const sample = 24;
const seed = Number(process.env['TRUEUP_SEED'] ?? 20261129);

test(`commands end, whatever fails around them (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const { ran, strange } = await everyEnd((runs) =>
    runs
      .map((run) => ({ run, place: random() }))
      .toSorted((a, b) => a.place - b.place)
      .slice(0, sample)
      .map(({ run }) => run),
  );
  expect(strange).toEqual([]);
  expect(ran).toBe(sample);
}, 600_000);
