import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';
import { consentAddress, toPage, toServer } from '../../../lib/gateways/barndoor/convert.ts';

const id = '123e4567-e89b-12d3-a456-426614174000';
const shown = {
  id,
  name: 'Salesforce Production',
  slug: 'salesforce',
  connection_status: 'connected',
  provider: 'salesforce',
  url: 'https://api.salesforce.com/mcp',
};
const fields = { name: 'Salesforce Production', slug: 'salesforce' };

describe('toServer', () => {
  test("keeps what is the user's to declare", () => {
    expect(toServer(shown)).toEqual({ id, fields, isConnected: true });
  });

  test('keeps meta where it is shown, and never client_id: it is a mask', () => {
    const registry = {
      ...shown,
      meta: { team: 'sales', own: null },
      client_id: 'ab...yz',
      client_secret: '***',
    };
    expect(toServer(registry)).toEqual({
      id,
      fields: { ...fields, meta: { team: 'sales', own: null } },
      isConnected: true,
    });
  });

  test.each(['available', 'pending', 'error', undefined, null, true, 'CONNECTED'])(
    'is not connected with the status %j',
    (status) => {
      expect(toServer({ id, connection_status: status as Json })).toEqual({ id, fields: {} });
    },
  );

  test.each([
    ['numbers', { name: 1, slug: 2, meta: 3 }],
    ['nulls', { name: null, slug: null, meta: null }],
    ['lists', { name: [], slug: [], meta: [] }],
  ])('drops %s: what is not of its type is not known', (_what, odd) => {
    expect(toServer({ id, ...odd })).toEqual({ id, fields: {} });
  });

  test.each<Json>([
    null,
    'text',
    7,
    [],
    [shown],
    {},
    { message: 'ok' },
    { id: 7 },
    { id: null },
    { id: '' },
    { data: shown },
  ])('%j is no server', (answer) => {
    expect(toServer(answer)).toBeUndefined();
  });
});

describe('toPage', () => {
  const servers = [{ id, fields, isConnected: true }];
  test.each<[string, Json, object]>([
    ['an array', [shown], { servers }],
    ['an empty array', [], { servers: [] }],
    [
      'data and pagination, in between',
      { data: [shown], pagination: { page: 3, pages: 9, next_page: 4 } },
      { servers, next: 4, last: 9 },
    ],
    [
      'data and pagination, the last',
      { data: [shown], pagination: { page: 3, pages: 3, next_page: null } },
      { servers },
    ],
    ['data and next_page, in between', { data: [shown], next_page: 4 }, { servers, next: 4 }],
    ['data and next_page, the last', { data: [shown], pages: 3, next_page: null }, { servers }],
    ['data and pages', { data: [shown], pages: 4 }, { servers, next: 4, last: 4 }],
    ['data and pages, the last', { data: [shown], pagination: { pages: 3 } }, { servers }],
    ['data alone', { data: [shown], pagination: null }, { servers }],
    // Not an end: the walk refuses it, because it does not advance.
    ['a next page that goes back', { data: [], next_page: 0 }, { servers: [], next: 0 }],
  ])('%s', (_form, answer, page) => {
    expect(toPage(answer, 3)).toEqual(page);
  });

  test.each<Json>([
    null,
    'text',
    {},
    { message: 'ok' },
    { data: null },
    { data: shown },
    { servers: [shown] },
    [shown, {}],
    { data: [shown, null] },
    { data: [shown], next_page: '4' },
    { data: [shown], next_page: 1.5 },
    { data: [shown], pagination: { next_page: 'https://evil.example/?page=4' } },
    { data: [shown], pagination: { next_page: {} } },
  ])('%j is no page', (answer) => {
    expect(toPage(answer, 3)).toBeUndefined();
  });
});

test.each<[Json, string | undefined]>([
  ['https://auth.example/consent', 'https://auth.example/consent'],
  ['http://auth.example/consent', undefined],
  ['no address', undefined],
  [`https://auth.example/${'a'.repeat(500)}`, undefined],
  [7, undefined],
  ['https://kim:pass@auth.example/consent', undefined],
  ['https://auth.example/consent?client_secret=hunter2-hunter2', undefined],
  ['https://auth.example/consent?client_secret=hunter2%2Dhunter2', undefined],
  ['https://auth.\texample/consent\n', 'https://auth.example/consent'],
])('where to consent: %j', (url, expected) => {
  const known = new KnownSecrets();
  known.add([new Secret('hunter2-hunter2')]);
  expect(consentAddress(url, known)).toBe(expected);
});
