import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../lib/model/json/json.types.ts';
import {
  clearTextIn,
  isNameTaken,
  isRepeated,
  toList,
  toServer,
} from '../../../lib/gateways/litellm/convert.ts';

const whole: JsonObject = {
  server_id: 'a',
  is_config: false,
  server_name: 'Jira',
  alias: 'jira',
  description: null,
  instructions: null,
  url: 'http://localhost/jira',
  transport: 'http',
  auth_type: null,
  credentials: null,
  issuer: null,
  subject_token_type: null,
  token_exchange_profile: 'rfc8693',
  dcr_bridge: null,
  allowed_tools: [],
  mcp_access_groups: ['ops'],
  extra_headers: [],
  allow_all_keys: false,
  available_on_public_internet: true,
  timeout: 30,
  max_concurrent_requests: null,
  static_headers: { Authorization: 'Bearer x' },
  env: { TOKEN: 'y' },
  env_vars: [{ name: 'T', value: 'z' }],
  mcp_info: { is_public: false },
  status: 'unknown',
};

const fieldsOf = (change: JsonObject) => toServer({ ...whole, ...change })?.fields;

describe('a server', () => {
  test('has the fields that can be declared, and nothing that may be secret', () => {
    expect(toServer(whole)).toEqual({
      id: 'a',
      name: 'jira',
      fields: {
        server_name: 'Jira',
        alias: 'jira',
        description: null,
        instructions: null,
        url: 'http://localhost/jira',
        transport: 'http',
        auth_type: 'none',
        credentials: { auth_value: null, client_id: null, client_secret: null },
        issuer: null,
        subject_token_type: null,
        token_exchange_profile: null,
        dcr_bridge: null,
        allowed_tools: null,
        mcp_access_groups: ['ops'],
        extra_headers: [],
        allow_all_keys: false,
        available_on_public_internet: true,
        timeout: 30,
        max_concurrent_requests: null,
      },
    });
  });

  test.each<[string, Json, JsonObject]>([
    ['bearer_token', null, { client_id: null, client_secret: null }],
    [
      'oauth2',
      { scopes: ['a'], upstream_resource: 'r', upstream_token_header: 'h', client_secret: 'x' },
      { auth_value: null, scopes: ['a'], upstream_resource: 'r', upstream_token_header: 'h' },
    ],
    ['aws_sigv4', { scopes: 7, upstream_resource: '' }, {}],
    ['constructor', null, {}],
  ])('of type %s with %j shown has the credentials %j', (auth_type, credentials, expected) => {
    expect(fieldsOf({ auth_type, credentials })).toMatchObject({ auth_type });
    expect(fieldsOf({ auth_type, credentials })?.['credentials']).toEqual(expected);
  });

  test('lacks what has another form than is known', () => {
    const odd = { alias: 7, auth_type: 7, allowed_tools: 'all', extra_headers: [7], timeout: '30' };
    const fields = fieldsOf({ ...odd, allow_all_keys: null, dcr_bridge: 'no', transport: null });
    for (const key of [...Object.keys(odd), 'credentials', 'allow_all_keys', 'transport']) {
      expect(fields).not.toHaveProperty(key);
    }
  });

  test.each<[JsonObject, Json | undefined]>([
    [{ description: 'Stored' }, 'Stored'],
    [
      { description: 'Stored', mcp_info: { description: 'Of the MCP server' } },
      'Of the MCP server',
    ],
    [{ description: null, mcp_info: { description: 'Of the MCP server' } }, 'Of the MCP server'],
    [{ description: 'Stored', mcp_info: { description: '' } }, null],
    [{ description: '', mcp_info: null }, null],
    [{ description: 7 }, undefined],
  ])('with %j has the description %j', (change, expected) => {
    expect(fieldsOf(change)?.['description']).toBe(expected);
  });

  test('has the defaults of a list as null', () => {
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    const other = { subject_token_type: 'urn:x', token_exchange_profile: 7 };
    expect(fieldsOf({ subject_token_type: type })).toMatchObject({ subject_token_type: null });
    expect(fieldsOf(other)).toMatchObject({ subject_token_type: 'urn:x' });
    expect(fieldsOf(other)).not.toHaveProperty('token_exchange_profile');
  });

  test('allows some tools', () => {
    expect(fieldsOf({ allowed_tools: ['b', 'a'] })).toMatchObject({ allowed_tools: ['b', 'a'] });
  });

  test.each<[JsonObject, string | undefined]>([
    [{ alias: null }, 'Jira'],
    [{ alias: '' }, 'Jira'],
    [{ alias: null, server_name: null }, undefined],
  ])('with %j is called %s', (change, name) => {
    expect(toServer({ ...whole, ...change })?.name).toBe(name);
  });

  test("of the gateway's own file is read-only", () => {
    expect(toServer({ ...whole, is_config: true })?.readOnly).toBe(
      "declared in the gateway's own configuration",
    );
  });

  test.each<Json>([null, 'a', [], {}, { server_id: '' }, { server_id: 7 }, { id: 'a' }])(
    '%j is none',
    (answer) => {
      expect(toServer(answer)).toBeUndefined();
    },
  );
});

describe('a list', () => {
  const hidden = { ...whole, url: null, static_headers: null };

  test.each<[string, Json, boolean]>([
    ['shows where servers are', [hidden, whole], true],
    ['shows the program of one', [{ ...hidden, command: 'npx' }], true],
    ['shows the document of one', [{ ...hidden, spec_path: 'http://a' }], true],
    ['shows where none is', [hidden], false],
    ['is empty', [], false],
  ])('that %s', (_what, answer, isWhole) => {
    expect(toList(answer)).toMatchObject({ isWhole });
    expect(toList(answer)?.servers).toHaveLength((answer as Json[]).length);
  });

  test.each<Json>([null, {}, { servers: [] }, [whole, null], [whole, { server_id: '' }]])(
    '%j is none',
    (answer) => {
      expect(toList(answer)).toBeUndefined();
    },
  );
});

describe('what is shown in clear', () => {
  const texts = (answer: Json) => clearTextIn(answer).map((secret) => secret.reveal());

  test('are the values of headers and variables, of a server or a list', () => {
    expect(texts(whole)).toEqual(['Bearer x', 'y', 'z']);
    expect(texts([whole, { static_headers: { A: 'b', C: '', D: 7 } }])).toEqual([
      'Bearer x',
      'y',
      'z',
      'b',
    ]);
  });

  test.each<Json>([null, [null], 'a', { static_headers: 7, env: null, env_vars: [null, {}] }])(
    '%j shows none',
    (answer) => {
      expect(texts(answer)).toEqual([]);
    },
  );
});

test.each<[number, Json, boolean]>([
  [400, { detail: { error: "An MCP server with alias 'a' already exists (server_id=b)." } }, true],
  [500, { detail: { error: "An MCP server with alias 'a' already exists (server_id=b)." } }, false],
  [400, { detail: { error: "Server name cannot contain '-'" } }, false],
  [400, { detail: 'already exists (server_id=b)' }, false],
  [400, null, false],
])('%i with %j says that a name is taken: %s', (status, answer, expected) => {
  expect(isNameTaken(status, answer)).toBe(expected);
});

test.each<[number, string, JsonObject, boolean]>([
  [400, 'MCP Server with id n1 already exists. Cannot create another.', { server_id: 'n1' }, true],
  [
    400,
    "An MCP server with alias 'x' already exists (server_id=n1). MCP",
    { server_id: 'n1' },
    true,
  ],
  [400, 'MCP Server with id n10 already exists.', { server_id: 'n1' }, false],
  [
    400,
    "An MCP server with alias 'n1' already exists (server_id=n10).",
    { server_id: 'n1' },
    false,
  ],
  [400, 'MCP Server with id n1 already exists.', {}, false],
  [409, 'MCP Server with id n1 already exists.', { server_id: 'n1' }, false],
])('%i with %s to a POST of %j says that it is there already: %s', (status, error, sent, is) => {
  expect(isRepeated(status, { detail: { error } }, sent)).toBe(is);
});
