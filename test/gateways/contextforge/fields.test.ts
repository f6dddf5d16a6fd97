import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { contextForgeFields } from '../../../lib/gateways/contextforge/fields.ts';
import { specIssues } from '../../../lib/desired/rules/spec.ts';
import { schemaIssues } from '../../../lib/desired/rules/schema-issues.ts';

const { fields, spec } = contextForgeFields;
const secret = { secret: 'trueup/acme/jira', key: 'token' };

describe('the spec', () => {
  test.each([
    {},
    {
      name: 'Jira Prod_2.1-ä',
      url: 'http://localhost:9000/mcp?x=1',
      description: '',
      transport: 'SSE',
      tags: ['Team A', 'team-b'],
      passthroughHeaders: [],
      visibility: 'team',
    },
    { url: 'https://127.0.0.1.example/' },
    { authType: 'none' },
    { authType: 'bearer', authToken: secret },
    { authType: 'basic', authUsername: 'u', authPassword: secret },
  ])('%j', (value) => {
    expect(spec.parse(value)).toEqual(value);
  });

  test.each([
    { id: 'x' },
    { enabled: true },
    { auth_type: 'bearer' },
    { name: '' },
    { name: ' Jira' },
    { name: 'a/b' },
    { url: 'localhost:9000' },
    { url: 'HTTP://localhost' },
    { url: 'http://user:password@localhost' },
    { url: 'http://127.0.0.1:9000/mcp' },
    { url: 'http://127.0.0.1' },
    { description: 'a <b>bold</b> word' },
    { description: null },
    { transport: 'sse' },
    { tags: ['a'] },
    { tags: ['Team A', 'team-a'] },
    { tags: null },
    { passthroughHeaders: [''] },
    { visibility: 'secret' },
    { authType: 'oauth' },
    { authType: 'bearer', authToken: 'literal' },
    null,
  ])('not %j', (value) => {
    expect(spec.safeParse(value).success).toBe(false);
  });

  test.each<[object, string, string]>([
    [{ authType: 'bearer' }, '/authType', 'is declared without authToken'],
    [{ authType: 'basic' }, '/authType', 'is declared without authUsername and authPassword'],
    [{ authType: 'basic', authUsername: 'u' }, '/authType', 'is declared without authPassword'],
    [{ authToken: secret }, '/authToken', 'is declared without its authType'],
    [{ authPassword: secret }, '/authPassword', 'is declared without its authType'],
    [{ authType: 'none', authUsername: 'u' }, '/authUsername', 'is declared without its authType'],
    [
      { authType: 'bearer', authToken: secret, authPassword: secret },
      '/authPassword',
      'is declared without its authType',
    ],
  ])('%j: a credential is declared whole or not at all', (value, path, problem) => {
    expect(schemaIssues(spec, value)).toEqual([
      { path, problem: expect.stringContaining(problem), expected: expect.any(String) },
    ]);
  });

  test('describes each of its keys', () => {
    const { properties } = z.toJSONSchema(spec) as {
      properties: Record<string, { description?: string }>;
    };
    const described = Object.entries(properties).filter(([, { description }]) => description);
    expect(described.map(([key]) => `/${key}`)).toEqual(
      fields.filter(({ access }) => access !== 'computed').map(({ pointer }) => pointer),
    );
  });
});

describe('the table', () => {
  test('says how each field behaves', () => {
    const summary = fields
      .filter(({ access }) => access !== 'computed')
      .map(
        ({ pointer, access, compare, group = '-' }) => `${pointer} ${access} ${compare} ${group}`,
      );
    expect(summary).toEqual([
      '/name read-write exact -',
      '/url read-write exact -',
      '/description read-write exact -',
      '/transport read-write exact -',
      '/tags read-write set -',
      '/passthroughHeaders read-write set -',
      '/visibility read-write exact -',
      '/authType read-write exact credential',
      '/authToken secret exact credential',
      '/authUsername read-write exact credential',
      '/authPassword secret exact credential',
    ]);
  });
});

test.each([
  ['authHeaders', [{ key: 'X-Key', value: 'canary' }]],
  ['oauthConfig', { client_id: 'trueup', client_secret: 'canary' }],
  ['authQueryParamValue', 'canary'],
])('%s is refused, with the reason', (key, value) => {
  const scope = { connection: 'acme', secretPrefix: 'trueup' };
  expect(specIssues({ [key]: value }, contextForgeFields, scope, '/spec')).toEqual([
    {
      path: `/spec/${key}`,
      problem: 'is a credential that cannot be declared; the stored one is kept',
      expected: 'must be left out',
    },
  ]);
});
