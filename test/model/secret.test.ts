import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { Secret } from '../../lib/model/secret.ts';
import { asReference, formatReference } from '../../lib/model/secret-reference.ts';

const secret = new Secret('hunter2');

test.each<[string, () => string]>([
  ['String', () => String(secret)],
  ['toString', () => secret.toString()],
  ['a template', () => `${secret as unknown as string}\n`.trim()],
  ['joining', () => [secret].join('')],
  ['JSON', () => JSON.parse(JSON.stringify(secret)) as string],
  ['inspect', () => inspect(secret, { showHidden: true, depth: null })],
])('%s shows no secret', (_, print) => {
  expect(print()).toBe('[secret]');
});

test('has no members to spread, list or clone', () => {
  expect(Object.entries(secret)).toEqual([]);
  expect(Object.getOwnPropertyNames(secret)).toEqual([]);
  expect(JSON.stringify({ inner: [secret] })).toBe('{"inner":["[secret]"]}');
  expect(inspect({ inner: new Map([['a', secret]]) })).not.toContain('hunter2');
});

test('reveals its text to who asks', () => {
  expect(secret.reveal()).toBe('hunter2');
});

test('a reference is a name, or a name and a key', () => {
  expect(formatReference(asReference({ secret: 'trueup/acme/a' }))).toBe('trueup/acme/a');
  expect(formatReference(asReference({ secret: 'trueup/acme/a', key: 'b' }))).toBe(
    'trueup/acme/a#b',
  );
});
