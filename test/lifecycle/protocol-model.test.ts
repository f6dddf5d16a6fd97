import { expect, test } from '@jest/globals';
import { decide } from '../../lib/lifecycle/protocol.ts';
import {
  explore,
  isBound,
  isBoundOrForPerson,
  isBoundOrLeft,
  isGone,
  isLeft,
  rules,
} from './lifecycle-model.ts';
import type { Limits, Rules, World } from './lifecycle-model.ts';
import { atScale } from '../support/sample.ts';

const none: Limits = { deaths: 0, lost: 0, ticks: 8, passes: 3, lagTicks: 1 };
/** With another's server, there are many more worlds. */
const ticks = atScale(4, 6);

test.each<[string, Partial<Limits>, (world: World) => boolean, number]>([
  ['two callers', {}, isBound, 10_000],
  ['a death', { deaths: 1 }, isBound, 500],
  ['a lost answer', { lost: 1 }, isBound, 500],
  ["another's server of the name", { deaths: 1, stranger: true }, isLeft, 5],
  [
    "another's server that comes meanwhile",
    { lost: 1, strangerLater: true, ticks },
    isBoundOrLeft,
    10_000,
  ],
  [
    "another's server that comes meanwhile, where only names are shown",
    { lost: 1, strangerLater: true, namesOnly: true, ticks },
    isBoundOrForPerson,
    10_000,
  ],
  [
    'a process that is frozen before it sends its request, where names are unique',
    { freezes: 1, unique: true, ticks: 7 },
    isBound,
    40_000,
  ],
  ['a deletion', { absent: true }, isGone, 100],
  ['a deletion and the next one', { absent: true, created: true }, isGone, 10_000],
])(
  'every interleaving of %s: never two servers, and in the end it is as declared',
  (_, more, isAtRest, least) => {
    const found = explore({ ...none, ...more }, rules, isAtRest);
    expect(found).toMatchObject({ wrong: undefined, stuck: 0 });
    // A model that no longer explores anything fails.
    expect(found.worlds).toBeGreaterThanOrEqual(least);
  },
);

const twoServers = 'two servers of one label';

test.each<[string, Partial<Rules>, Partial<Limits>, string]>([
  ['what was sent is not waited for', { settling: 0 }, { deaths: 1 }, twoServers],
  [
    'one list that lags is enough',
    {
      settling: 0,
      decide: (state, event) =>
        decide(
          state.reservation ? { ...state, reservation: { ...state.reservation, looks: 1 } } : state,
          event,
        ),
    },
    { lost: 1, lagTicks: 3 },
    twoServers,
  ],
  [
    'no reservation is made',
    {
      decide: (state, event) =>
        event.kind === 'reserve'
          ? { ok: true, writes: [{ item: 'reservation' }] }
          : decide(state, event),
    },
    { deaths: 1, lagTicks: 4 },
    twoServers,
  ],
  [
    "an unknown answer counts as 'not processed'",
    {
      decide: (state, event) =>
        decide(
          state,
          event.kind === 'unknown' ? { kind: 'rejected', nonce: event.attempt.nonce } : event,
        ),
    },
    { lost: 1 },
    twoServers,
  ],
  ['a part of a list is believed', { believesPart: true }, { lost: 1, ticks: 6 }, twoServers],
  [
    'a server is recognised by its name alone',
    { believesName: true },
    { lost: 1, strangerLater: true, namesOnly: true },
    "another's server was bound",
  ],
])('where %s, the model finds what is wrong', (_, broken, more, wrong) => {
  expect(explore({ ...none, passes: 4, ...more }, { ...rules, ...broken })).toMatchObject({
    wrong,
  });
});

test('where the end of a request that others settled is not recorded, the model finds servers of no label', () => {
  const lost: typeof decide = (state, event) => {
    const isEnd = event.kind === 'answered' || event.kind === 'unknown';
    const isSettled = isEnd && state.reservation?.nonce !== event.attempt.nonce;
    return isSettled ? { ok: false, why: 'lost' } : decide(state, event);
  };
  const limits = { ...none, freezes: 1, unique: true, ticks: 7 };
  expect(explore(limits, { ...rules, decide: lost }, isBound).stuck).toBeGreaterThan(0);
});

test('where a frozen process resolves the deletion of the next owner, the model finds what is never settled', () => {
  const ofAnyEpoch: typeof decide = (state, event) => {
    if (event.kind !== 'kept' && event.kind !== 'gone') return decide(state, event);
    return decide(state, { ...event, epoch: state.binding?.removal?.epoch ?? event.epoch });
  };
  const limits = { ...none, absent: true, created: true };
  const found = explore(limits, { ...rules, decide: ofAnyEpoch }, isGone);
  expect(found.stuck).toBeGreaterThan(0);
});
