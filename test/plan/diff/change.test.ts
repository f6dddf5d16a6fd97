import { describe, expect, test } from '@jest/globals';
import {
  attemptKey,
  digestOf,
  planDigest,
  secretChange,
  valueChange,
} from '../../../lib/plan/diff/change.ts';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { declaredUnits } from '../../../lib/model/units.ts';
import type { Reading } from '../../../lib/model/units.ts';
import { applied, diffInputs, earlier, recordOf, serverOf, unitOf } from '../support/builders.ts';
import { table } from '../support/tables.ts';

const unreadable: Reading = { kind: 'unreadable' };
const value = (of: Json): Reading => ({ kind: 'value', value: of });
const hash = (before: Reading, after: Json, more: Parameters<typeof diffInputs>[1] = {}) =>
  valueChange(diffInputs({}, more), unitOf('/name', after), 'drift', before).hash;

describe('a change of a value', () => {
  test('shows before and after, and of a set that it is one', () => {
    const unit = unitOf('/tags', ['b', 'a']);
    expect(valueChange(diffInputs({}), unit, 'drift', value(['a']))).toMatchObject({
      pointer: '/tags',
      cause: 'drift',
      before: { kind: 'value', value: ['a'] },
      after: { kind: 'value', value: ['a', 'b'] },
      compare: 'set',
      conditional: false,
      held: false,
    });
    const name = valueChange(diffInputs({}), unitOf('/name', 'a'), 'drift', { kind: 'absent' });
    expect(name).toMatchObject({ before: { kind: 'absent' }, compare: 'value' });
  });

  test('that loosens access is marked, and its hash is the same', () => {
    const grows = { loosens: (before: unknown) => before === 'a' };
    const of = (before: Reading, change: object = grows) =>
      valueChange(diffInputs({}), unitOf('/name', 'b', change), 'drift', before);
    expect(of(value('a'))).toMatchObject({ loosens: true });
    expect(of(value('x'))).not.toHaveProperty('loosens');
    expect(of(unreadable)).not.toHaveProperty('loosens');
    expect(of(value('a')).hash).toBe(of(value('a'), {}).hash);
  });

  test('is hashed by server, pointer, before and after, and nothing else', () => {
    const known = hash(value('a'), 'b');
    expect(known).toMatch(/^[0-9a-f]{32}$/);
    expect(hash(value('a'), 'b', { now: 0, contentHash: 'h9', record: recordOf() })).toBe(known);
    const others = [
      hash(value('x'), 'b'),
      hash(value('a'), 'x'),
      hash({ kind: 'absent' }, 'b'),
      hash(unreadable, 'b'),
      hash(value('a'), 'b', { server: 's2' }),
      hash(value('a'), 'b', { account: 'other' }),
    ];
    expect(new Set([known, ...others]).size).toBe(others.length + 1);
  });

  test('of what cannot be read is known by what was last applied', () => {
    const from = (old: string) =>
      hash(unreadable, 'b', { record: recordOf({ applied: { '/name': applied('/name', old) } }) });
    expect(from('a')).not.toBe(from('c'));
    expect(from('a')).not.toBe(hash(unreadable, 'b'));
  });

  test('reveals nothing about the values', () => {
    expect(hash(value('a'), 'b')).not.toBe(
      digestOf(['acme', 's1', '/name', digestOf('a'), digestOf('b')]),
    );
  });
});

describe('a change of a secret', () => {
  const unit = unitOf('/client_secret', { secret: 'trueup/acme/a', key: 'k' });
  const was = { ...applied('/client_secret', 'x'), version: 'v1', source: 'trueup/acme/b' };
  const inputs = (version?: string) =>
    diffInputs({}, version ? { secretVersions: new Map([['trueup/acme/a', version]]) } : {});

  test('shows names and versions', () => {
    expect(secretChange(inputs('v2'), unit, 'rotated', was, true)).toMatchObject({
      before: { kind: 'secret', secret: 'trueup/acme/b', version: 'v1' },
      after: { kind: 'secret', secret: 'trueup/acme/a#k', version: 'v2' },
      compare: 'value',
      conditional: true,
    });
  });

  test('shows what is not known as just that', () => {
    const { before, after } = secretChange(inputs(), unit, 'adopt', undefined, false);
    expect([before, after]).toEqual([
      { kind: 'unreadable' },
      { kind: 'secret', secret: 'trueup/acme/a#k' },
    ]);
    const bare = { fingerprint: was.fingerprint, at: earlier };
    expect(secretChange(inputs(), unit, 'declared', bare, true).before).toEqual({
      kind: 'secret',
      secret: 'trueup/acme/a#k',
    });
  });

  test('is hashed by reference and version', () => {
    const hashes = [
      secretChange(inputs('v2'), unit, 'rotated', was, true),
      secretChange(inputs('v3'), unit, 'rotated', was, true),
      secretChange(inputs('v2'), unit, 'rotated', { ...was, version: 'v0' }, true),
      secretChange(inputs('v2'), unit, 'rotated', undefined, true),
    ].map((change) => change.hash);
    expect(new Set(hashes).size).toBe(4);
  });
});

test('a digest does not depend on order, and is empty for no changes', () => {
  expect(planDigest(['a', 'b'])).toBe(planDigest(['b', 'a']));
  expect(planDigest(['a'])).not.toBe(planDigest(['b']));
  expect(planDigest([])).toBe('');
});

const spec = { name: 'a', client_secret: { secret: 'trueup/acme/a' }, meta: { x: 1, y: 2 } };
const keyOf = (server = serverOf(spec), version = 'v1', ignore: string[] = []) =>
  attemptKey(
    { ...server, units: declaredUnits(table, server.spec, ignore) },
    new Map([['trueup/acme/a', version]]),
  ).key;

test('an attempt holds for the declaration, what of it is owned, and the secrets’ versions', () => {
  const others = [
    keyOf(serverOf({ ...spec, name: 'b' })),
    keyOf(serverOf(spec, { policy: { mode: 'report' } })),
    keyOf(serverOf(spec), 'v2'),
    keyOf(serverOf(spec), 'v1', ['/meta/x']),
    keyOf(serverOf(spec), 'v1', ['/meta/y']),
    attemptKey(serverOf(spec), new Map()).key,
  ];
  expect(keyOf()).toBe(keyOf(serverOf(spec, { label: 'x', generation: 9 })));
  expect(new Set([keyOf(), ...others]).size).toBe(others.length + 1);
  expect(attemptKey(serverOf(spec), new Map(), '1')).toMatchObject({ credential: '1' });
});
