import { expect, test } from '@jest/globals';
import { sharedServers } from '../../../lib/desired/rules/shared-servers.ts';

const a = '0a1b2c3d-0000-4000-8000-00000000abcd';
const declared = { provider: 'barndoor', baseUrl: 'https://acme.example.com/' };
const shared = (...connections: readonly [name: string, declared: unknown, ...ids: string[]][]) =>
  sharedServers(connections.map(([name, value, ...ids]) => ({ name, declared: value, ids }))).map(
    ({ connection, index, id, other }) => `${connection}[${index}] ${id} of ${other}`,
  );

test('a server that two connections of one account declare is found, in any spelling', () => {
  const same = { ...declared, baseUrl: 'HTTPS://ACME.example.com' };
  expect(shared(['one', declared, 'x', a], ['two', same, 'y', a.toUpperCase(), 'x'])).toEqual([
    `two[1] ${a.toUpperCase()} of one`,
    'two[2] x of one',
  ]);
});

test('servers of other accounts, and of rows that name no account, are not', () => {
  expect(
    shared(
      ['one', declared, 'x', ''],
      ['zero', declared, '', ''],
      ['two', { ...declared, provider: 'alloy' }, 'x'],
      ['three', { ...declared, baseUrl: 'https://beta.example.com' }, 'x'],
      ['four', { ...declared, userId: 'anna' }, 'x'],
      ['five', { baseUrl: 'https://acme.example.com/' }, 'x'],
      ['six', { provider: 'barndoor' }, 'x'],
      ['seven', 'hunter2', 'x'],
      ['one', declared, 'x'],
    ),
  ).toEqual([]);
});
