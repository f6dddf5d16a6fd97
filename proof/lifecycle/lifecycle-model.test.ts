import { expect, test } from '@jest/globals';
import {
  explore,
  isBound,
  isBoundOrForPerson,
  isBoundOrLeft,
  isGone,
  isLeft,
  rules,
} from '../../test/lifecycle/lifecycle-model.ts';
import type { Limits, World } from '../../test/lifecycle/lifecycle-model.ts';

const none: Limits = { deaths: 0, lost: 0, ticks: 8, passes: 3, lagTicks: 1 };

/** Worlds are counted, so that a model which no longer explores anything fails. */
test.each<[string, Partial<Limits>, (world: World) => boolean, number]>([
  ['a death and a lost answer', { deaths: 1, lost: 1 }, isBound, 50_000],
  ['two deaths', { deaths: 2 }, isBound, 30_000],
  ['a deletion, a death and a lost answer', { absent: true, deaths: 1, lost: 1 }, isGone, 50_000],
  [
    'a process that is frozen before it sends its request, with another attempt meanwhile',
    { freezes: 1, unique: true, passes: 4 },
    (world) => isBound(world) || isLeft(world),
    100_000,
  ],
  [
    "another's server that comes while it is not known what became of a request",
    { lost: 1, strangerLater: true },
    isBoundOrLeft,
    300_000,
  ],
  [
    'the same, where only names are shown',
    { lost: 1, strangerLater: true, namesOnly: true },
    isBoundOrForPerson,
    300_000,
  ],
])(
  'every interleaving of %s: never two servers, and in the end it is as declared',
  (_, more, isAtRest, least) => {
    const found = explore({ ...none, ...more }, rules, isAtRest);
    expect(found).toMatchObject({ wrong: undefined, stuck: 0 });
    expect(found.worlds).toBeGreaterThanOrEqual(least);
  },
);
