import { expect, test } from '@jest/globals';
import { accountKey, accountText } from '../../../lib/model/names/account.ts';

const one = { name: 'acme', provider: 'barndoor', baseUrl: 'https://acme.example.com/api' };

test.each<[string, Partial<typeof one> & { userId?: string }, boolean]>([
  ['itself', {}, true],
  ['with a slash at its end', { baseUrl: 'https://acme.example.com/api/' }, true],
  ['with a host in upper case', { baseUrl: 'HTTPS://ACME.example.com:443/api' }, true],
  ['with a path in upper case', { baseUrl: 'https://acme.example.com/API' }, false],
  ['at another gateway', { baseUrl: 'https://other.example.com/api' }, false],
  ['of another provider', { provider: 'alloy' }, false],
  ['of a user', { userId: 'u' }, false],
])('an account is the same %s: %#', (_, more, same) => {
  expect(accountText({ ...one, ...more }) === accountText(one)).toBe(same);
  expect(accountKey({ ...one, ...more }) === accountKey(one)).toBe(same);
});

test('a connection has a key of its own, and an address that is no URL is taken as it is', () => {
  expect(accountKey({ ...one, name: 'globex' })).not.toBe(accountKey(one));
  expect(accountText({ ...one, baseUrl: 'no url' })).toContain('no url');
});
