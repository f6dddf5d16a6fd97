import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../lib/lease/protocol.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { explore } from './lease-explore.ts';
import { runModel } from './lease-model.ts';
import type { Limits } from './lease-model.ts';

const { marginMs } = defaultSettings;
const base: Limits = { callers: 2, skews: [0, 0, 0], jumps: 0, deaths: 0 };

/**
 * Interleavings are counted, so that a model which no longer explores anything fails. Those in which leases run out are too many
 * for here: the random ones have them, and all are in proof/lease.
 */
describe('every interleaving', () => {
  test.each<[string, Partial<Limits>, number]>([
    ['two callers', {}, 20],
    ['two callers with a death at any step', { deaths: 1 }, 300],
    ['two callers, and an answer that is lost', { repeats: 1 }, 250],
    ['two callers, two lost answers', { repeats: 2 }, 1500],
    ['two callers, and a call that takes effect and fails', { failures: 1 }, 300],
    ['three callers', { callers: 3 }, 1500],
  ])('%s: no request is lost, and never may two write', async (_, more, least) => {
    const found = await explore({ ...base, ...more }, 100_000);
    expect(found).toEqual({ runs: expect.any(Number), complete: true });
    expect(found.runs).toBeGreaterThanOrEqual(least);
  });
});

test('random interleavings of three callers, with deaths, lost answers, failures, jumps and clocks apart', async () => {
  const upToTwo = fc.nat({ max: 2 });
  const skew = fc.constantFrom(0, marginMs / 2, marginMs);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      fc.tuple(skew, skew, skew),
      fc.nat({ max: 4 }),
      fc.record({ deaths: upToTwo, repeats: upToTwo, failures: upToTwo }),
      async (choices, skews, jumps, mishaps) => {
        const choose = (step: number, width: number) => (choices[step] ?? 0) % width;
        const limits = { callers: 3, skews, jumps, ...mishaps };
        const { violations, trace } = await runModel(limits, choose);
        expect({ violations, trace }).toEqual({ violations: [], trace });
      },
    ),
    { numRuns: 1000 },
  );
});

describe('a broken protocol is caught', () => {
  const mutants: readonly (readonly [string, Partial<Limits>, string])[] = [
    [
      'a release that does not look at the knocks',
      {
        protocol: (item, event) =>
          decide(item, event.kind === 'release' ? { ...event, knocks: item.knocks } : event),
      },
      'acknowledged and lost',
    ],
    [
      'a knock at a lease that is free',
      {
        protocol: (item, event) =>
          event.kind === 'knock' && item.rev > 0 ? { ok: true, item } : decide(item, event),
      },
      'acknowledged and lost',
    ],
    [
      'a serving that does not look at the knocks',
      {
        callers: 3,
        protocol: (item, event) =>
          decide(item, event.kind === 'serve' ? { ...event, knocks: item.knocks } : event),
      },
      'acknowledged and lost',
    ],
    [
      'a takeover that forgets what was running',
      {
        callers: 3,
        jumps: 2,
        deaths: 1,
        protocol: (item, event) => {
          const decision = decide(item, event);
          if (event.kind !== 'acquire') return decision;
          return { ...decision, item: { ...decision.item, running: undefined } };
        },
      },
      'acknowledged and lost',
    ],
    [
      'clocks that are further apart than the margin',
      { jumps: 2, skews: [0, 4 * marginMs] },
      'two owners may both write',
    ],
  ];
  test.each(mutants)('%s', async (_, more, what) => {
    const { wrong } = await explore({ ...base, ...more }, 100_000);
    expect(wrong?.violations.join()).toContain(what);
  });
});
