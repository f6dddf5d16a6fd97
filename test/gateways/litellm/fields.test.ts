import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { liteLlmFields } from '../../../lib/gateways/litellm/fields.ts';
import type { Json, JsonObject } from '../../../lib/model/json/json.types.ts';
import { getAt } from '../../../lib/model/json/pointer.ts';
import { specIssues } from '../../../lib/desired/rules/spec.ts';
import { schemaIssues } from '../../../lib/desired/rules/schema-issues.ts';

const { fields, spec } = liteLlmFields;
const secret = { secret: 'trueup/acme/jira', key: 'token' };
const scope = { connection: 'acme', secretPrefix: 'trueup' };

describe('the spec', () => {
  test.each([
    {},
    { server_name: 'Jira_Prod.2', alias: 'jira', description: 'd', instructions: null },
    { alias: null, url: 'http://127.0.0.1:9000/mcp/?x=1', transport: 'http' },
    { auth_type: 'none' },
    { auth_type: 'bearer_token', credentials: { auth_value: secret } },
    { auth_type: 'basic', credentials: { auth_value: secret } },
    {
      auth_type: 'oauth2',
      credentials: { client_id: 'c', client_secret: secret, scopes: [] },
      token_url: 'https://issuer.example.com/token',
      oauth2_flow: 'client_credentials',
      subject_token_type: null,
      audience: null,
      dcr_bridge: null,
    },
    { allowed_tools: ['a'], mcp_access_groups: [], extra_headers: [] },
    { allowed_tools: null, allow_all_keys: false, available_on_public_internet: true },
    { timeout: 2.5, max_concurrent_requests: 5 },
    { timeout: null, max_concurrent_requests: null },
  ])('%j', (value) => {
    expect(spec.parse(value)).toEqual(value);
    expect(specIssues(value as JsonObject, liteLlmFields, scope, '')).toEqual([]);
  });

  test.each([
    { server_id: 'x' },
    { name: 'Jira' },
    { server_name: '' },
    { server_name: 'jira-prod' },
    { server_name: 'Jira Prod' },
    { server_name: ' jira' },
    { server_name: 'jirä' },
    { server_name: null },
    { alias: 'a-b' },
    { url: null },
    { url: 'localhost:9000' },
    { url: 'http://user:password@localhost' },
    { url: 'http://localhost', transport: 'stdio' },
    { auth_type: 'aws_sigv4' },
    { auth_type: 'constructor' },
    { auth_type: null },
    { auth_type: 'api_key', credentials: { auth_value: 'literal' } },
    { credentials: null },
    { mcp_access_groups: null },
    { extra_headers: [''] },
    { description: '' },
    { token_url: null },
    { issuer: null },
    { token_exchange_profile: 'rfc8693' },
    { auth_type: 'basic', credentials: { auth_value: secret, upstream_resource: 'r' } },
    { timeout: 0 },
    { max_concurrent_requests: 1.5 },
    null,
  ])('not %j', (value) => {
    expect(spec.safeParse(value).success).toBe(false);
  });

  test.each<[object, string, string, string]>([
    [
      { auth_type: 'bearer_token' },
      '/auth_type',
      'is declared without credentials.auth_value',
      'credentials.auth_value',
    ],
    [
      { auth_type: 'oauth2' },
      '/auth_type',
      'is declared without credentials.client_id and credentials.client_secret',
      'must be declared with',
    ],
    [
      { credentials: { auth_value: secret } },
      '/credentials/auth_value',
      'is declared without its auth_type',
      'auth_type: api_key, bearer_token, basic, authorization, token',
    ],
    [
      { auth_type: 'none', credentials: { client_id: 'c' } },
      '/credentials/client_id',
      'is declared without its auth_type',
      'auth_type: oauth2',
    ],
    [
      { auth_type: 'basic', credentials: { auth_value: secret, scopes: ['a'] } },
      '/credentials/scopes',
      'is declared without its auth_type',
      'auth_type: oauth2',
    ],
    [{ transport: 'sse' }, '/transport', 'is declared without url', 'declared with url'],
    [{ allowed_tools: [] }, '/allowed_tools', '', 'an empty list allows all tools'],
  ])('%j is refused, with the reason', (value, path, problem, expected) => {
    const issues = schemaIssues(spec, value);
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.problem).toContain(problem);
    expect(`${issues[0]?.problem} ${issues[0]?.expected}`).toContain(expected);
  });

  test('describes each of its keys', () => {
    const schema = z.toJSONSchema(spec, { unrepresentable: 'any' }) as Json;
    for (const { pointer, access } of fields) {
      if (access === 'computed') continue;
      const at = `/properties${pointer.replaceAll('/', '/properties/').replace('/properties', '')}`;
      expect([pointer, getAt(schema as JsonObject, `${at}/description`)]).toEqual([
        pointer,
        expect.any(String),
      ]);
    }
  });
});

describe('the table', () => {
  test('says how each field behaves', () => {
    const summary = fields
      .filter(({ access }) => access !== 'computed')
      .map(
        ({ pointer, access, compare, group = '-', nullClears, clears = [] }) =>
          `${pointer} ${access} ${compare} ${group}${nullClears ? ' null' : ''}${clears.length > 0 ? ` clears ${clears.length}` : ''}`,
      );
    expect(summary).toEqual([
      '/server_name read-write exact -',
      '/alias read-write exact - null',
      '/description read-write exact - null',
      '/instructions read-write exact - null',
      '/url read-write exact address clears 10',
      '/transport read-write exact address',
      '/auth_type read-write exact credential clears 13',
      '/credentials/auth_value secret exact credential',
      '/credentials/client_id write-only exact credential',
      '/credentials/client_secret secret exact credential',
      '/credentials/scopes read-write set credential',
      '/issuer read-write exact - clears 9',
      '/authorization_url read-write exact -',
      '/token_url read-write exact -',
      '/registration_url read-write exact -',
      '/oauth2_flow read-write exact - null',
      '/audience read-write exact - null',
      '/token_exchange_endpoint read-write exact - null',
      '/token_exchange_profile read-write exact - null',
      '/subject_token_type read-write exact - null',
      '/dcr_bridge read-write exact - null',
      '/allowed_tools read-write set - null',
      '/mcp_access_groups read-write set -',
      '/allow_all_keys read-write exact -',
      '/available_on_public_internet read-write exact -',
      '/extra_headers read-write set -',
      '/timeout read-write exact - null',
      '/max_concurrent_requests read-write exact - null',
    ]);
  });

  test.each<[string, Json | undefined, Json, boolean]>([
    ['/allowed_tools', ['a'], null, true],
    ['/allowed_tools', ['a'], ['a', 'b'], true],
    ['/allowed_tools', ['a', 'b'], ['a'], false],
    ['/allowed_tools', null, ['a'], false],
    ['/allowed_tools', undefined, ['a'], true],
    ['/mcp_access_groups', [], ['ops'], true],
    ['/mcp_access_groups', ['ops', 'dev'], ['dev'], false],
    ['/allow_all_keys', false, true, true],
    ['/allow_all_keys', true, false, false],
    ['/available_on_public_internet', undefined, true, true],
  ])('%s from %j to %j opens: %s', (pointer, before, after, expected) => {
    const field = fields.find((one) => one.pointer === pointer);
    expect(field?.accessRule).toBe(true);
    expect(field?.loosens?.(before, after, undefined)).toBe(expected);
  });
});

test.each(['static_headers', 'env', 'env_vars'])('%s is refused, with the reason', (key) => {
  const value = { [key]: { Authorization: 'canary' } };
  expect(specIssues(value, liteLlmFields, scope, '/spec')).toEqual([
    {
      path: `/spec/${key}`,
      problem: 'may contain secrets and is shown in clear text; the stored value is kept',
      expected: 'must be left out',
    },
  ]);
});

test('a new server needs a name and an address, and has the id that its request chooses', () => {
  const { creation } = liteLlmFields;
  expect(creation).toMatchObject({ foundBy: '/server_name', choosesId: true, withSecrets: true });
  const required = creation && 'required' in creation ? creation.required : [];
  expect(required).toEqual(['/server_name', '/url']);
});
