import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import { decide, neverOwned } from '../../lib/lease/protocol.ts';
import type { LeaseDecision, LeaseEvent } from '../../lib/lease/protocol.ts';
import { knockedAtMost, unite } from '../../lib/lease/scope.ts';
import type { Scope } from '../../lib/lease/scope.ts';

const expiresAt = 1000;
/** For a caller that compares with this, a lease until `expiresAt` is owned, to the millisecond. */
const owned = expiresAt;
/** For one that compares with this, it has expired. */
const expired = expiresAt + 1;

const window = [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z', changed: 3 }];
const retry = { attempts: 1, notBefore: '2026-11-22T12:00:00.000Z', key: 'k' };
const budget = { tokens: -2.5, at: 1_774_000_000_123, by: 'one' };
const save = { window, retry, budget };
const nothing = { window: [], retry: undefined, budget: undefined };

const ids = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

const free: LeaseItem = { ...neverOwned, rev: 5, epoch: 3, knocks: 2, ...save };
const ofOne: LeaseItem = { ...free, owner: 'one', acquisition: 'a1', expiresAt };
const asked: LeaseItem = { ...ofOne, knocked: new Set(['k']), running: new Set(['r']) };

const acquire = (expiredBefore: number, id = 'a2', ended?: string): LeaseEvent => ({
  kind: 'acquire',
  id,
  owner: 'two',
  process: 'p2',
  ...(ended !== undefined && { ended }),
  at: 1500,
  expiresAt: 2000,
  expiredBefore,
});
const knock = (scope: Scope | readonly string[], expiredBefore = owned): LeaseEvent => ({
  kind: 'knock',
  scope: scope === 'all' || scope instanceof Set ? scope : new Set(scope),
  expiredBefore,
});
const serve = (epoch: number, knocks: number, ...running: readonly string[]): LeaseEvent => ({
  kind: 'serve',
  epoch,
  knocks,
  running: new Set(running),
});
const renew = (epoch: number): LeaseEvent => ({ kind: 'renew', epoch, expiresAt: 3000, save });
const release = (epoch: number, knocks: number, keep = false): LeaseEvent => ({
  kind: 'release',
  epoch,
  knocks,
  keep,
  save: nothing,
});

const byTwo = {
  epoch: 4,
  owner: 'two',
  acquiredAt: 1500,
  process: 'p2',
  acquisition: 'a2',
  expiresAt: 2000,
};
const byNone = {
  owner: undefined,
  acquiredAt: undefined,
  process: undefined,
  acquisition: undefined,
  expiresAt: undefined,
};
const forgotten = { knocked: undefined, running: undefined };

/** What changes, or why not. Whatever is not named stays as it is, the revision too. */
test.each<[string, LeaseItem, LeaseEvent, Partial<LeaseItem> | string]>([
  ['acquire: never owned', neverOwned, acquire(0), { ...byTwo, epoch: 1, takenOver: false }],
  ['acquire: free', free, acquire(0), { ...byTwo, takenOver: false }],
  ['acquire: owned', ofOne, acquire(owned - 1), 'owned'],
  ['acquire: owned to the millisecond', ofOne, acquire(owned), 'owned'],
  [
    'acquire: expired',
    ofOne,
    acquire(expired),
    { ...byTwo, takenOver: true, takenOverAt: expired },
  ],
  [
    'acquire: what others asked for stays',
    asked,
    acquire(expired),
    { ...byTwo, takenOver: true, takenOverAt: expired },
  ],
  [
    'acquire: its process has ended',
    ofOne,
    acquire(owned, 'a2', 'a1'),
    { ...byTwo, takenOver: true, takenOverAt: 1500, endedAt: 1500 },
  ],
  [
    'acquire: free, some time after an owner was found to have ended',
    { ...free, endedAt: 700 },
    acquire(0),
    { ...byTwo, takenOver: false, endedAt: 700 },
  ],
  [
    'acquire: another process has acquired the lease of the one that has ended',
    { ...ofOne, acquisition: 'a3' },
    acquire(owned, 'a2', 'a1'),
    'owned',
  ],
  ['acquire: once more, the answer was lost', ofOne, acquire(0, 'a1'), {}],
  ['acquire: once more, and it has expired since', ofOne, acquire(expired, 'a1'), {}],

  ['knock: never owned', neverOwned, knock(['a'], 0), 'free'],
  ['knock: free', free, knock(['a'], 0), 'free'],
  ['knock: expired', ofOne, knock(['a'], expired), 'free'],
  ['knock: owned', ofOne, knock(['a']), { knocks: 3, knocked: new Set(['a']) }],
  ['knock: more', asked, knock(['k', 'b']), { knocks: 3, knocked: new Set(['k', 'b']) }],
  ['knock: for all', asked, knock('all'), { knocks: 3, knocked: 'all' }],
  ['knock: after all', { ...ofOne, knocked: 'all' }, knock(['b']), { knocks: 3 }],
  ['knock: for no server', ofOne, knock([]), { knocks: 3, knocked: undefined }],
  [
    'knock: as many as may be named',
    { ...ofOne, knocked: new Set(ids(60)) },
    knock(ids(knockedAtMost)),
    { knocks: 3, knocked: new Set(ids(knockedAtMost)) },
  ],
  [
    'knock: one more',
    { ...ofOne, knocked: new Set(ids(60)) },
    knock(ids(knockedAtMost - 59, 'b')),
    { knocks: 3, knocked: 'all' },
  ],

  ['serve', asked, serve(3, 2, 'k', 'r'), { knocked: undefined, running: new Set(['k', 'r']) }],
  ['serve: after another knock', asked, serve(3, 1, 'k', 'r'), 'knocked'],
  ['serve: of another epoch', asked, serve(2, 2, 'k'), 'lost'],
  ['serve: released', free, serve(3, 2, 'k'), 'lost'],

  ['renew', { ...asked, ...nothing }, renew(3), { ...save, expiresAt: 3000 }],
  ['renew: of another epoch', asked, renew(2), 'lost'],
  ['renew: of an epoch to come', asked, renew(4), 'lost'],
  ['renew: released', free, renew(3), 'lost'],

  ['release', asked, release(3, 2), { ...nothing, ...byNone, ...forgotten, takenOver: false }],
  ['release: after another knock', asked, release(3, 1), 'knocked'],
  ['release: keep', asked, release(3, 1, true), { ...nothing, ...byNone, takenOver: false }],
  [
    'release: a lease that was taken over',
    { ...ofOne, takenOver: true, takenOverAt: 7 },
    release(3, 2),
    { ...nothing, ...byNone, ...forgotten, takenOver: false },
  ],
  ['release: of another epoch', asked, release(2, 2), 'lost'],
  ['release: of another epoch, keep', asked, release(2, 2, true), 'lost'],
  ['release: once more, the answer was lost', free, release(3, 0), {}],
])('%s', (_, item, event, expected) => {
  const decision = decide(item, event);
  if (typeof expected === 'string') {
    expect(decision).toEqual({ ok: false, why: expected, item });
  } else {
    expect(decision).toEqual({ ok: true, item: { ...item, ...expected } });
    // The same item says that nothing is to be written.
    if (Object.keys(expected).length === 0) expect(decision.item).toBe(item);
  }
});

/** What one of several callers does next, and how much time passes before. */
interface Step {
  readonly caller: number;
  readonly act: 'look' | 'acquire' | 'knock' | 'serve' | 'renew' | 'release' | 'keep';
  readonly passMs: number;
  /** Its answer is lost, and the event comes again at once. */
  readonly again: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  caller: fc.nat({ max: 2 }),
  act: fc.constantFrom('look', 'acquire', 'acquire', 'knock', 'serve', 'renew', 'release', 'keep'),
  passMs: fc.constantFrom(0, 0, 0, 10, 31, 61, 100),
  again: fc.boolean(),
});

const leaseMs = 60;
const marginMs = 30;

describe('any events of callers that know what they last saw, whose clocks are within the margin', () => {
  const steps = fc.array(step, { maxLength: 60 });
  const skews = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: marginMs })));

  /** Runs the steps; `saw` is told of each decision. */
  function play(
    some: readonly Step[],
    ahead: readonly number[],
    saw: (event: LeaseEvent, before: LeaseItem, decision: LeaseDecision, now: number) => void,
  ) {
    let item = neverOwned;
    let time = 1000;
    /** What each caller knows of the lease that it owns, or owned. */
    const known: LeaseItem[] = [];
    some.forEach(({ caller, act, passMs, again }, n) => {
      time += passMs;
      const now = time + (ahead[caller] ?? 0);
      const event = eventOf(act, `request-${n}`, now, known[caller] ?? neverOwned);
      if (act === 'look' && known[caller]?.epoch === item.epoch) known[caller] = item;
      if (!event) return;
      for (let round = 0; round < (again ? 2 : 1); round += 1) {
        const decision = decide(item, event);
        saw(event, item, decision, now);
        if (!decision.ok) continue;
        if (decision.item !== item) item = { ...decision.item, rev: item.rev + 1 };
        if (event.kind !== 'knock') known[caller] = item;
      }
    });
    return item;
  }

  function eventOf(act: Step['act'], id: string, now: number, own: LeaseItem) {
    const { epoch, knocks } = own;
    const times = { expiresAt: now + leaseMs, expiredBefore: now - marginMs };
    const events: Partial<Record<Step['act'], LeaseEvent>> = {
      acquire: { kind: 'acquire', id, owner: id, at: 0, ...times },
      knock: { kind: 'knock', scope: new Set([id]), expiredBefore: times.expiredBefore },
      serve: {
        kind: 'serve',
        epoch,
        knocks,
        running: unite(own.running, own.knocked) ?? new Set(),
      },
      renew: { kind: 'renew', epoch, expiresAt: times.expiresAt, save },
      release: { kind: 'release', epoch, knocks, keep: false, save },
      keep: { kind: 'release', epoch, knocks, keep: true, save },
    };
    return events[act];
  }

  const holds = (scope: Scope | undefined, id: string) =>
    scope === 'all' || scope?.has(id) === true;

  test('lose no request: it is in the item until its owner, who knew of it, releases', () => {
    fc.assert(
      fc.property(steps, skews, (some, ahead) => {
        const pending = new Set<string>();
        play(some, ahead, (event, _before, decision) => {
          if (!decision.ok) return;
          if (event.kind === 'knock') for (const id of event.scope) pending.add(id);
          const { knocked, running } = decision.item;
          const lost = [...pending].filter((id) => !holds(knocked, id) && !holds(running, id));
          const isRelease = event.kind === 'release' && !event.keep;
          if (!isRelease) expect(lost).toEqual([]);
          // A release goes by the number of knocks: none came that the caller had not seen.
          else if (lost.length > 0) expect(event.knocks).toBe(decision.item.knocks);
          if (isRelease) pending.clear();
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('make at most one caller an owner at a time, by the clock of each', () => {
    fc.assert(
      fc.property(steps, skews, (some, ahead) => {
        let until: { readonly epoch: number; readonly time: number } | undefined;
        play(some, ahead, (event, before, decision, now) => {
          if (!decision.ok) return;
          const { epoch, expiresAt: time } = decision.item;
          if (event.kind === 'acquire' && epoch !== before.epoch) {
            // Clocks are apart by the margin at most: the owner before has stopped by its own.
            if (until) expect(now - marginMs).toBeGreaterThan(until.time);
            until = { epoch, time: time ?? 0 };
          }
          if (event.kind === 'renew') {
            expect(until?.epoch).toBe(event.epoch);
            until = { epoch, time: event.expiresAt };
          }
          if (event.kind === 'release' && until?.epoch === event.epoch) until = undefined;
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('count the epoch up by one with each acquisition, and by nothing else', () => {
    fc.assert(
      fc.property(steps, skews, (some, ahead) => {
        let acquisitions = 0;
        const last = play(some, ahead, (event, before, decision) => {
          const isNew = decision.ok && event.kind === 'acquire' && before.acquisition !== event.id;
          if (isNew) acquisitions += 1;
          if (decision.ok) expect(decision.item.epoch).toBe(before.epoch + (isNew ? 1 : 0));
          else expect(decision.item).toBe(before);
        });
        expect(last.epoch).toBe(acquisitions);
      }),
      { numRuns: 300 },
    );
  });

  test('leave items that can be acquired, or knocked at, and never both or neither', () => {
    fc.assert(
      fc.property(steps, skews, fc.integer({ min: 0, max: 5000 }), (some, ahead, expiredBefore) => {
        const item = play(some, ahead, () => undefined);
        const canAcquire = decide(item, acquire(expiredBefore, 'new')).ok;
        expect(decide(item, knock(['a'], expiredBefore)).ok).toBe(!canAcquire);
      }),
      { numRuns: 1000 },
    );
  });
});
