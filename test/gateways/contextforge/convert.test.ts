import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../lib/model/json/json.types.ts';
import {
  credentialsIn,
  isUncreated,
  masksIn,
  toPage,
  toServer,
} from '../../../lib/gateways/contextforge/convert.ts';

const id = '9f0c5b';
const shown = {
  id,
  name: 'Jira Prod',
  slug: 'jira-prod',
  url: 'http://localhost:9000/mcp',
  description: 'Tickets',
  transport: 'STREAMABLEHTTP',
  tags: [{ id: 'team-a', label: 'Team A' }],
  passthroughHeaders: ['X-Tenant'],
  visibility: 'public',
  authType: 'bearer',
  authValue: '*****',
  authToken: '*****',
  authUsername: null,
  authPassword: null,
  authHeaders: null,
  authHeaderValue: null,
  oauthConfig: null,
  version: 7,
};
const fields = {
  name: 'Jira Prod',
  url: 'http://localhost:9000/mcp',
  description: 'Tickets',
  transport: 'STREAMABLEHTTP',
  tags: ['Team A'],
  passthroughHeaders: ['X-Tenant'],
  visibility: 'public',
  authType: 'bearer',
  authPassword: null,
};

describe('toServer', () => {
  test("keeps what is the user's to declare, and of a credential only that there is none", () => {
    expect(toServer(shown)).toEqual({ id, fields });
  });

  test('of user and password keeps the user', () => {
    const basic = {
      id,
      authType: 'basic',
      authToken: null,
      authUsername: 'u',
      authPassword: '*****',
    };
    expect(toServer(basic)).toEqual({
      id,
      fields: { authType: 'basic', authToken: null, authUsername: 'u' },
    });
  });

  test.each([null, ''])('what is %j until it is set has the value that clears it', (authType) => {
    const unset = { id, description: null, tags: null, passthroughHeaders: null, authType };
    expect(toServer(unset)).toEqual({
      id,
      fields: { description: '', tags: [], passthroughHeaders: [], authType: 'none' },
    });
  });

  test('a tag may be a text', () => {
    expect(toServer({ id, tags: ['one', { label: 'two' }] })?.fields).toEqual({
      tags: ['one', 'two'],
    });
  });

  test.each([
    ['numbers', { name: 1, url: 2, description: 3, tags: 4, passthroughHeaders: 5, authType: 6 }],
    ['nulls', { name: null, url: null, transport: null, visibility: null, authUsername: null }],
    ['lists', { name: [], tags: [7], passthroughHeaders: [7], authToken: [], authPassword: [] }],
    ['tags without a label', { tags: [{ id: 'x' }] }],
  ])('drops %s: what is not of its type is not known', (_what, odd) => {
    expect(toServer({ id, ...odd })).toEqual({ id, fields: {} });
  });

  test.each<Json>([null, 'text', 7, [], [shown], {}, { message: 'ok' }, { id: 7 }, { id: '' }])(
    '%j is no server',
    (answer) => {
      expect(toServer(answer)).toBeUndefined();
    },
  );
});

describe('masksIn', () => {
  const masksOf = (answer: Json) =>
    masksIn(answer).map(([server, mask]) => [server, mask && mask.reveal()]);

  test.each<[string, Json, string | null | undefined]>([
    ['a token', { id, authToken: '*****', authValue: '*****' }, '*****'],
    ['a password', { id, authToken: null, authPassword: '***' }, '***'],
    ['a header', { id, authHeaderValue: '****' }, '****'],
    ['any other credential', { id, authValue: '[hidden]' }, '[hidden]'],
    ['no credential', { id, authToken: null, authPassword: null, authValue: '' }, null],
    ['no credential, by one of them', { id, authValue: null }, null],
    ['a gateway that shows neither', { id, authPassword: null }, undefined],
  ])('of %s', (_what, answer, mask) => {
    expect(masksOf(answer)).toEqual([[id, mask]]);
  });

  test('of each gateway of a page', () => {
    expect(masksOf({ gateways: [shown, { id: 'b' }, null, { name: 'no id' }] })).toEqual([
      [id, '*****'],
      ['b', undefined],
    ]);
  });

  test.each<Json>([null, 'text', [], {}])('%j has none', (answer) => {
    expect(masksIn(answer)).toEqual([]);
  });
});

describe('credentialsIn', () => {
  test('gives what is shown as it is, and no mask', () => {
    const open = { id, auth_token_unmasked: 't-1', authPasswordUnmasked: 'p-1', authValue: 'v-1' };
    const masked = { id, authToken: '*****', authValue: '[hidden]', authHeaderValue: '', x: 'y' };
    const found = credentialsIn({ gateways: [open, masked, null] });
    expect(found.map((secret) => secret.reveal())).toEqual(['t-1', 'p-1', 'v-1']);
    expect(credentialsIn(open)).toHaveLength(3);
    expect(credentialsIn(null)).toEqual([]);
  });
});

describe('toPage', () => {
  const servers = [{ id, fields }];
  test.each<[string, Json, object]>([
    ['in between', { gateways: [shown], nextCursor: 'abc' }, { servers, next: 'abc' }],
    ['the last', { gateways: [shown], nextCursor: null }, { servers }],
    ['an empty one', { gateways: [], nextCursor: null }, { servers: [] }],
  ])('%s', (_form, answer, page) => {
    expect(toPage(answer)).toEqual(page);
  });

  test.each<Json>([
    null,
    'text',
    {},
    [shown],
    { gateways: null },
    { gateways: [shown] },
    { gateways: [shown], nextCursor: '' },
    { gateways: [shown], nextCursor: 7 },
    { gateways: [shown, {}], nextCursor: null },
  ])('%j is no page', (answer) => {
    expect(toPage(answer)).toBeUndefined();
  });
});

test.each<[number, Json, boolean]>([
  [502, { message: 'Failed to initialize gateway at http://localhost/a: timed out' }, true],
  [503, { message: 'Failed to initialize gateway at http://localhost/a: timed out' }, false],
  [502, { message: 'An invalid response was received from the upstream server' }, false],
  [502, { message: 7 }, false],
  [502, {}, false],
  [502, null, false],
])('a %i with %j says that nothing was created: %s', (status, answer, is) => {
  expect(isUncreated(status, answer)).toBe(is);
});
