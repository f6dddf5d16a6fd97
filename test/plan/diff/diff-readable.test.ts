import { describe, expect, test } from '@jest/globals';
import { maxAttempts } from '../../../lib/plan/diff/diff.ts';
import type { DiffInputs } from '../../../lib/plan/diff/diff.types.ts';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import {
  applied,
  diffOf,
  earlier,
  finding,
  iso,
  normalised,
  now,
  otherKeys,
  print,
  recordOf,
  rotatedKeys,
  undecided,
  unitOf,
} from '../support/builders.ts';

const name = unitOf('/name', 'new');
const was = { applied: { '/name': applied('/name', 'old') } };
const is = { applied: { '/name': applied('/name', 'new') } };
const rule = unitOf('/restrictions/users/mode', 'allowlist');
const ruleLive = { restrictions: { users: { mode: 'blocklist' } } };

describe('three ways', () => {
  const rows: [string, JsonObject, Partial<DiffInputs>, string][] = [
    ['equal to live', { name: 'new' }, { record: recordOf(was) }, 'inSync'],
    ['differs, no ledger item yet', { name: 'old' }, {}, 'change:adopt'],
    [
      'differs, no declaration was acted on yet',
      { name: 'old' },
      { record: { ...recordOf({ outcome: 'reported' }), contentHash: undefined } as never },
      'change:adopt',
    ],
    ['differs, no applied record', { name: 'old' }, { record: recordOf() }, 'change:declared'],
    ['live is what was applied', { name: 'old' }, { record: recordOf(was) }, 'change:declared'],
    ['desired is what was applied', { name: 'x' }, { record: recordOf(is) }, 'change:drift'],
    [
      'desired is what was applied, as a settled record says',
      { name: 'x' },
      { record: recordOf({ ...is, settled: 'h1' }) },
      'change:drift',
    ],
    ['differs from both', { name: 'x' }, { record: recordOf(was) }, 'change:both'],
    [
      'live is the vendor’s form of what was applied',
      { name: 'OLD' },
      { record: recordOf({ ...was, normalised: { '/name': normalised('/name', 'old', 'OLD') } }) },
      'change:declared',
    ],
    [
      'differs, and the key is lost',
      { name: 'x' },
      { record: recordOf(was), keys: otherKeys },
      'change:declared',
    ],
    [
      'drift, and the key is lost: the settled record knows',
      { name: 'x' },
      { record: recordOf({ ...is, settled: 'h1' }), keys: otherKeys },
      'change:drift',
    ],
    ['absent, and the table says nothing', {}, { record: recordOf(is) }, 'assumed'],
    ['absent, and something else was applied', {}, { record: recordOf(was) }, 'change:declared'],
    ['absent, and never applied', {}, { record: recordOf() }, 'change:adopt'],
  ];
  test.each(rows)('%s', (_, live, inputs, expected) => {
    expect(finding(diffOf(name, live, inputs))).toBe(expected);
  });

  test('absent is what the table says', () => {
    const description = unitOf('/description', '');
    expect(finding(diffOf(description, {}))).toBe('inSync');
    expect(finding(diffOf(unitOf('/description', 'a'), {}))).toBe('change:adopt');
  });

  test('a leaf that lacks in an object which is there differs', () => {
    const leaf = { ...unitOf('/meta', 'a'), pointer: '/meta/team' };
    const verdict = diffOf(leaf, { meta: {} }, { record: recordOf() });
    expect(verdict).toMatchObject({ state: 'change', change: { before: { kind: 'absent' } } });
  });

  test('sets have no order', () => {
    const tags = unitOf('/tags', ['a', 'b']);
    expect(finding(diffOf(tags, { tags: ['b', 'a', 'b'] }))).toBe('inSync');
  });

  test('null matches every form of an empty value', () => {
    const cleared = unitOf('/description', null);
    expect(finding(diffOf(cleared, {}))).toBe('inSync');
    expect(finding(diffOf(cleared, { description: '' }))).toBe('inSync');
    expect(finding(diffOf(cleared, { description: 'a' }))).toBe('change:adopt');
  });
});

describe('in sync notes', () => {
  test('a first baseline', () => {
    expect(diffOf(name, { name: 'new' }).note).toEqual({
      applied: { fingerprint: print('/name', 'new'), at: iso(now) },
    });
  });

  test('an applied record that lagged behind', () => {
    const { note } = diffOf(name, { name: 'new' }, { record: recordOf(was) });
    expect(note).toEqual({ applied: { fingerprint: print('/name', 'new'), at: iso(now) } });
  });

  test('nothing, if nothing is new', () => {
    expect(diffOf(name, { name: 'new' }, { record: recordOf(is) }).note).toEqual({});
    const settled = recordOf({ ...is, settled: 'h1' });
    expect(diffOf(name, { name: 'new' }, { record: settled }).note).toEqual({});
  });

  test('the fingerprint under the current key, and not another time', () => {
    const inputs = { record: recordOf(is), keys: rotatedKeys };
    expect(diffOf(name, { name: 'new' }, inputs).note).toEqual({
      applied: { fingerprint: print('/name', 'new', rotatedKeys), at: earlier },
    });
  });

  test('a new baseline where the key is lost: live is proof', () => {
    const inputs = { record: recordOf({ ...is, settled: 'h1' }), keys: otherKeys };
    expect(diffOf(name, { name: 'new' }, inputs).note).toEqual({
      applied: { fingerprint: print('/name', 'new', otherKeys), at: iso(now) },
    });
  });

  test('removes undecided and normalised entries', () => {
    const record = recordOf({
      ...is,
      undecided: { '/name': undecided('/name', 'new', 'old') },
      normalised: { '/name': normalised('/name', 'new', 'NEW') },
    });
    expect(diffOf(name, { name: 'new' }, { record }).note).toEqual({
      undecided: null,
      normalised: null,
    });
  });
});

describe('not applied', () => {
  const open = (attempts: number, showed: 'old' | 'form' = 'old', answered = 'old') =>
    recordOf({
      ...was,
      contentHash: 'h1',
      undecided: { '/name': undecided('/name', 'new', answered, { attempts, showed }) },
    });

  test.each([
    ['still the old value', open(1), { name: 'old' }, 'change:notApplied'],
    ['a value that nobody sent', open(1), { name: 'x' }, 'change:notApplied'],
    ['the old value after a third', open(1, 'form', 'NEW'), { name: 'old' }, 'change:notApplied'],
    ['the second attempt in vain', open(2), { name: 'old' }, 'change:notApplied'],
    ['the third', open(maxAttempts), { name: 'old' }, 'refused:not-applied'],
    ['the third, and drift since', open(maxAttempts), { name: 'x' }, 'refused:not-applied'],
    ['at last', open(maxAttempts), { name: 'new' }, 'inSync'],
  ])('%s', (_, record, live, expected) => {
    expect(finding(diffOf(name, live, { record }))).toBe(expected);
  });

  test('another declared value starts with new attempts', () => {
    const other = unitOf('/name', 'newer');
    const record = open(maxAttempts);
    expect(finding(diffOf(other, { name: 'old' }, { record }))).toBe('change:declared');
  });

  test('another declaration of the same value is tried again', () => {
    const inputs = { record: open(maxAttempts), contentHash: 'h2' };
    expect(finding(diffOf(name, { name: 'old' }, inputs))).toBe('change:notApplied');
  });

  test('where the key is lost, the same declaration is not tried again', () => {
    const inputs = { record: open(maxAttempts), keys: otherKeys };
    expect(finding(diffOf(name, { name: 'old' }, inputs))).toBe('refused:not-applied');
    const another = { ...inputs, contentHash: 'h2' };
    expect(finding(diffOf(name, { name: 'old' }, another))).toBe('change:declared');
  });

  test('says how often, and where', () => {
    const verdict = diffOf(name, { name: 'old' }, { record: open(3) });
    expect(verdict).toMatchObject({
      reason: {
        code: 'not-applied',
        message: 'sent 3 times, and the gateway still does not show it',
        pointer: '/name',
      },
      change: { cause: 'notApplied' },
    });
  });
});

describe('normalised', () => {
  const showed = { '/name': undecided('/name', 'new', 'NEW', { showed: 'form' }) };
  const known = { '/name': normalised('/name', 'new', 'NEW') };

  test('a third value that a later list confirms is in sync, and recorded as normalised', () => {
    const record = recordOf({ ...was, undecided: showed });
    const verdict = diffOf(name, { name: 'NEW' }, { record });
    expect(verdict).toMatchObject({ state: 'inSync' });
    expect(verdict.note).toEqual({
      applied: { fingerprint: print('/name', 'new'), at: iso(now) },
      undecided: null,
      normalised: { sent: print('/name', 'new'), answered: print('/name', 'NEW') },
    });
  });

  test('a third value that one PUT was answered with may be of another writer: it is sent again', () => {
    const once = { '/name': undecided('/name', 'new', 'NEW', { showed: 'other' }) };
    const record = recordOf({ ...was, undecided: once });
    expect(finding(diffOf(name, { name: 'NEW' }, { record }))).toBe('change:notApplied');
  });

  test('an absent answer that a later list confirms is one too', () => {
    const leaf = { ...unitOf('/meta', 'a'), pointer: '/meta/team' };
    const open = undecided('/meta/team', 'a', null, { showed: 'form' });
    const record = recordOf({ undecided: { '/meta/team': open } });
    expect(finding(diffOf(leaf, { meta: {} }, { record }))).toBe('inSync');
  });

  test('stays in sync without a word', () => {
    const record = recordOf({ ...is, normalised: known });
    const verdict = diffOf(name, { name: 'NEW' }, { record });
    expect(verdict).toMatchObject({ state: 'inSync', note: {} });
  });

  test('ends what was open: later drift is drift', () => {
    const record = recordOf({ ...is, normalised: known, undecided: showed });
    expect(diffOf(name, { name: 'NEW' }, { record }).note).toEqual({ undecided: null });
  });

  test('a value that is neither is drift, or a new declaration', () => {
    const record = recordOf({ ...is, normalised: known });
    expect(finding(diffOf(name, { name: 'x' }, { record }))).toBe('change:drift');
    expect(finding(diffOf(unitOf('/name', 'newer'), { name: 'NEW' }, { record }))).toBe(
      'change:declared',
    );
  });

  test('is re-made under the current key', () => {
    const inputs = { record: recordOf({ ...is, normalised: known }), keys: rotatedKeys };
    expect(diffOf(name, { name: 'NEW' }, inputs).note).toEqual({
      applied: { fingerprint: print('/name', 'new', rotatedKeys), at: earlier },
      normalised: {
        sent: print('/name', 'new', rotatedKeys),
        answered: print('/name', 'NEW', rotatedKeys),
      },
    });
    const bare = { record: recordOf({ normalised: known }), keys: rotatedKeys };
    expect(diffOf(name, { name: 'NEW' }, bare).note.applied).toMatchObject({ at: iso(now) });
  });

  test('under a lost key is assumed: nothing is sent for that reason alone', () => {
    const record = recordOf({ ...is, contentHash: 'h1', normalised: known });
    const verdict = diffOf(name, { name: 'NEW' }, { record, keys: otherKeys });
    expect(verdict).toMatchObject({ state: 'assumed', since: earlier, verifiable: false });
    const another = { record: recordOf({ ...is, normalised: known }), keys: otherKeys };
    expect(finding(diffOf(name, { name: 'NEW' }, another))).toBe('change:declared');
    const bare = recordOf({ contentHash: 'h1', normalised: known });
    expect(finding(diffOf(name, { name: 'NEW' }, { record: bare, keys: otherKeys }))).toBe(
      'change:declared',
    );
  });
});

describe('access rules', () => {
  const open = undecided(rule.pointer, 'allowlist', 'blocklist', { showed: 'form' });
  const record = recordOf({ contentHash: 'h1', undecided: { [rule.pointer]: open } });

  test('are never taken as normalised: what the vendor keeps instead is refused', () => {
    expect(diffOf(rule, ruleLive, { record })).toMatchObject({
      state: 'refused',
      reason: { code: 'not-kept', pointer: rule.pointer },
    });
  });

  test('are tried again when the declaration changes', () => {
    const inputs = { record, contentHash: 'h2' };
    expect(finding(diffOf(rule, ruleLive, inputs))).toBe('change:notApplied');
  });

  test('ignore normalised entries from before they were access rules', () => {
    const known = normalised(rule.pointer, 'allowlist', 'blocklist');
    const old = recordOf({
      applied: { [rule.pointer]: applied(rule.pointer, 'allowlist') },
      normalised: { [rule.pointer]: known },
    });
    expect(finding(diffOf(rule, ruleLive, { record: old }))).toBe('change:drift');
  });
});
