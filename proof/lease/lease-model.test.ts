import { expect, test } from '@jest/globals';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { explore } from '../../test/lease/lease-explore.ts';
import type { Limits } from '../../test/lease/lease-model.ts';

const { marginMs } = defaultSettings;

/** Interleavings are counted, so that a model which no longer explores anything fails. */
test.each<[string, Partial<Limits>, number]>([
  ['two callers while leases run out', { jumps: 2 }, 3000],
  ['two callers, a death, and leases that run out', { jumps: 2, deaths: 1 }, 20_000],
  ['two callers, the second one’s clock ahead', { jumps: 2, skews: [0, marginMs] }, 3000],
  ['two callers, the first one’s clock ahead', { jumps: 2, skews: [marginMs, 0] }, 3000],
  ['two callers, a lost answer, and a lease that runs out', { jumps: 1, repeats: 1 }, 1000],
  ['two callers, a failure, and a lease that runs out', { jumps: 1, failures: 1 }, 3000],
])(
  'every interleaving of %s: no request is lost, and never may two write',
  async (_, more, least) => {
    const limits = { callers: 2, skews: [0, 0, 0], jumps: 0, deaths: 0, ...more };
    const found = await explore(limits, 100_000);
    expect(found).toEqual({ runs: expect.any(Number), complete: true });
    expect(found.runs).toBeGreaterThanOrEqual(least);
  },
);
