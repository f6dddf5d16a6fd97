import { describe, expect, test } from '@jest/globals';
import { fingerprint, isVerifiable, matchFingerprint } from '../../../lib/plan/diff/fingerprint.ts';
import { keys, otherKeys, rotatedKeys } from '../support/builders.ts';

const scope = { account: 'acme', server: 's1', pointer: '/client_id' };
const known = fingerprint(keys, scope, 'value');

describe('a fingerprint', () => {
  test('names its key and is a MAC of 256 bits', () => {
    expect(known.keyId).toBe('k1');
    expect(known.mac).toMatch(/^[\w-]{43}$/);
    expect(fingerprint(keys, scope, 'value')).toEqual(known);
  });

  test.each([
    ['account', { ...scope, account: 'other' }],
    ['server', { ...scope, server: 's2' }],
    ['pointer', { ...scope, pointer: '/name' }],
  ])('of the same value differs by %s', (_, other) => {
    expect(fingerprint(keys, other, 'value').mac).not.toBe(known.mac);
  });

  test('distinguishes types, and ignores the order of keys', () => {
    expect(fingerprint(keys, scope, 1)).not.toEqual(fingerprint(keys, scope, '1'));
    expect(fingerprint(keys, scope, { a: 1, b: 2 })).toEqual(
      fingerprint(keys, scope, { b: 2, a: 1 }),
    );
  });
});

test.each([
  ['the current key, same value', keys, 'value', 'same'],
  ['the current key, other value', keys, 'other', 'different'],
  ['an older version, same value', rotatedKeys, 'value', 'same'],
  ['an older version, other value', rotatedKeys, 'other', 'different'],
  ['a lost key', otherKeys, 'value', 'unverifiable'],
] as const)('under %s: %s', (_, by, value, match) => {
  expect(matchFingerprint(by, known, scope, value)).toBe(match);
  expect(isVerifiable(by, known)).toBe(match !== 'unverifiable');
});
