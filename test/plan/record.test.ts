import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FieldNote, FieldVerdict } from '../../lib/plan/diff/diff.types.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { ServerRecord } from '../../lib/model/ledger.types.ts';
import {
  emptyRecord,
  isNewOutcome,
  isNews,
  notedFields,
  type RecordUpdate,
  withOutcome,
  ofAccount,
} from '../../lib/plan/record.ts';
import {
  applied,
  earlier,
  iso,
  normalised,
  now,
  recordOf,
  undecided,
  unitOf,
} from './support/builders.ts';

const verdict = (pointer: string, note: FieldNote = {}): FieldVerdict => ({
  unit: { ...unitOf('/name', 'a'), pointer },
  state: 'inSync',
  note,
});

test('a record that is not there yet expects no item', () => {
  expect(emptyRecord('s1', now, 'acme')).toEqual({
    id: 's1',
    account: 'acme',
    rev: 0,
    outcome: 'waiting',
    since: iso(now),
    applied: {},
    undecided: {},
    normalised: {},
  });
});

describe('a record', () => {
  const known = {
    ...emptyRecord('s1', 0, 'acme at one'),
    rev: 7,
    label: 'crm',
    generation: 3,
    countedAt: iso(0),
    contentHash: 'content',
    applied: { '/a': applied('/a', 1) },
  };

  test('says what is known at the account that it is of', () => {
    expect(ofAccount(known, 'acme at one', now)).toBe(known);
  });

  test('of another account says nothing, but for what keeps writes in order', () => {
    expect(ofAccount(known, 'acme at another', now)).toEqual({
      ...emptyRecord('s1', now, 'acme at another'),
      rev: 7,
      label: 'crm',
      generation: 3,
      countedAt: iso(0),
    });
    const { label: _label, generation: _generation, countedAt: _countedAt, ...bare } = known;
    expect(ofAccount(bare, 'acme at another', now)).toEqual({
      ...emptyRecord('s1', now, 'acme at another'),
      rev: 7,
    });
  });
});

describe('fields after a diff', () => {
  const a = applied('/a', 1);
  const b = applied('/b', 2);
  const maps = {
    applied: { '/a': a, '/b': b },
    undecided: { '/a': undecided('/a', 1, 2) },
    normalised: { '/a': normalised('/a', 1, 2) },
  };

  test('stay the same maps if nothing was noted', () => {
    const next = notedFields(maps, [verdict('/a'), verdict('/b')]);
    expect(next.applied).toBe(maps.applied);
    expect(next.undecided).toBe(maps.undecided);
    expect(next.normalised).toBe(maps.normalised);
  });

  test('take notes in, and forget what a note forgets', () => {
    const known = normalised('/b', 3, 4);
    const next = notedFields(maps, [
      verdict('/a', { applied: null, undecided: null, normalised: null }),
      verdict('/b', { applied: a, normalised: known }),
    ]);
    expect(next).toEqual({ applied: { '/b': a }, undecided: {}, normalised: { '/b': known } });
  });

  test('lose what is no longer declared', () => {
    const next = notedFields(maps, [verdict('/b')]);
    expect(next).toEqual({ applied: { '/b': b }, undecided: {}, normalised: {} });
    expect(notedFields(maps, [])).toEqual({ applied: {}, undecided: {}, normalised: {} });
  });
});

describe('an outcome', () => {
  test('that stays keeps its time, and loses its reason', () => {
    const record = recordOf({ outcome: 'failed', reason: { code: 'a', message: 'b' } });
    const next = withOutcome(record, 'failed', now);
    expect(next).toEqual(recordOf({ outcome: 'failed' }));
    expect('reason' in next).toBe(false);
  });

  test('that changes, or is the first, begins now', () => {
    expect(withOutcome(recordOf(), 'failed', now).since).toBe(iso(now));
    expect(withOutcome(emptyRecord('s1', 0, 'acme'), 'waiting', now).since).toBe(iso(now));
  });

  test('comes with other parts, and undefined removes', () => {
    const record = recordOf({ retry: { attempts: 1, notBefore: earlier, key: 'k' } });
    const next = withOutcome(record, 'inSync', now, { retry: undefined, label: 'a' });
    expect(next).toEqual(recordOf({ label: 'a' }));
  });

  test('unsettles a record whose fingerprints change, unless the update knows better', () => {
    const record = recordOf({ settled: 'h0' });
    const fields = { applied: { '/name': applied('/name', 'a') } };
    expect('settled' in withOutcome(record, 'waiting', now, fields)).toBe(false);
    expect(withOutcome(record, 'waiting', now, { ...fields, settled: 'h1' }).settled).toBe('h1');
    expect(withOutcome(record, 'waiting', now, { applied: record.applied }).settled).toBe('h0');
    expect(withOutcome(record, 'waiting', now).settled).toBe('h0');
  });
});

describe('news', () => {
  const reason = { code: 'a', message: 'b', pointer: '/name' };
  const record = recordOf({ reason });

  test.each<[string, ServerRecord, ServerRecord, boolean]>([
    ['the same', record, record, false],
    ['a reason of the same text', record, { ...record, reason: { ...reason } }, false],
    ['another message', record, { ...record, reason: { code: 'a', message: 'x' } }, true],
    ['another code', record, { ...record, reason: { code: 'x', message: 'b' } }, true],
    ['another place', record, { ...record, reason: { code: 'a', message: 'b' } }, true],
    ['no reason any more', record, recordOf(), true],
    ['another outcome', record, { ...record, outcome: 'failed' }, true],
    ['something new', record, { ...record, label: 'a' }, true],
    ['something gone', { ...record, label: 'a' }, record, true],
    ['a first record', { ...record, rev: 0 }, { ...record, rev: 0 }, true],
  ])('%s: %s', (_, before, after, news) => {
    expect(isNews(before, after)).toBe(news);
  });
});

test('an outcome is new just where the record that it makes is', () => {
  const reason = { code: 'a', message: 'b' };
  const values = {
    label: ['one', 'two'],
    generation: [1, 2],
    contentHash: ['x', 'y'],
    settled: ['x', 'y'],
    reason: [reason, { ...reason }, { code: 'a', message: 'c' }],
    applied: [{}, { '/a': applied('/a', 1) }],
    retry: [{ attempts: 1, notBefore: earlier, key: 'k' }],
  } satisfies { [K in keyof ServerRecord]?: readonly ServerRecord[K][] };
  const members = Object.fromEntries(
    Object.entries(values).map(([name, some]) => [
      name,
      fc.constantFrom<unknown>(...some, undefined),
    ]),
  );
  const anyUpdate = fc.record(members, { requiredKeys: [] });
  const outcome = fc.constantFrom('inSync', 'failed');
  const property = (before: object, was: Outcome, next: Outcome, update: object, rev: number) => {
    const record = withOutcome({ ...recordOf({ outcome: was }), rev }, was, now, before);
    const made = withOutcome(record, next, now, update);
    expect(isNewOutcome(record, next, update as RecordUpdate)).toBe(isNews(record, made));
  };
  fc.assert(
    fc.property(
      anyUpdate,
      outcome as fc.Arbitrary<Outcome>,
      outcome as fc.Arbitrary<Outcome>,
      anyUpdate,
      fc.constantFrom(0, 1, 1, 1),
      property,
    ),
    { numRuns: 2_000 },
  );
});
