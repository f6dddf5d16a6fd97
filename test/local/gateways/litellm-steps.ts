/**
 * Requests that a LiteLLM is asked one after the other, a real one to record what it answers, the simulated one to hold it
 * against that.
 */
export interface LiteLlmStep {
  readonly name: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent without a token that holds. */
  readonly badToken?: true;
}

/** What was answered, with times replaced. */
export interface LiteLlmAnswered {
  readonly status: number;
  readonly body: unknown;
}

const flow = {
  issuer: 'http://localhost:1',
  authorization_url: 'http://localhost:1/authorize',
  token_url: 'http://localhost:1/token',
  oauth2_flow: 'client_credentials',
  audience: 'jira',
};

/** The servers that are there at the start; nothing listens at their addresses. */
export const liteLlmServers = [
  { server_id: 'a', server_name: 'Alpha', url: 'http://localhost:1/a', transport: 'http' },
  { server_id: 'b', server_name: 'Beta', url: 'http://localhost:1/b', transport: 'sse', ...flow },
  {
    server_id: 'c',
    server_name: 'Gamma',
    url: 'http://localhost:1/c',
    transport: 'http',
    description: 'Own',
    mcp_info: { description: 'Of the MCP server' },
  },
] as const;

const servers = '/v1/mcp/server';
const put = (server_id: string, body: Readonly<Record<string, unknown>>) =>
  ({ method: 'PUT', path: servers, body: { server_id, ...body } }) as const;
const post = (body: Readonly<Record<string, unknown>>) =>
  ({ method: 'POST', path: servers, body }) as const;
const remove = (id: string) => ({ method: 'DELETE', path: `${servers}/${id}` }) as const;
const list = { method: 'GET', path: servers } as const;

export const liteLlmSteps: readonly LiteLlmStep[] = [
  { name: 'list', ...list },
  { name: 'get unknown', method: 'GET', path: `${servers}/nope` },
  { name: 'submissions', method: 'GET', path: `${servers}/submissions` },
  { name: 'bad token', ...list, badToken: true },
  { name: 'put unknown', ...put('nope', { description: 'x' }) },
  { name: 'description', ...put('a', { description: 'one' }) },
  { name: 'nothing', ...put('a', {}) },
  { name: 'description of one with its own', ...put('c', { description: 'two' }) },
  { name: 'own alias', ...put('a', { alias: 'first' }) },
  { name: 'name without the alias', ...put('a', { server_name: 'Alpha_2' }) },
  { name: 'name with an alias', ...put('a', { server_name: 'Alpha_3', alias: 'third' }) },
  { name: 'no alias', ...put('a', { alias: null }) },
  { name: 'name of another, in other case', ...put('a', { server_name: 'BETA' }) },
  { name: 'alias of another', ...put('a', { alias: 'beta' }) },
  { name: 'name with a dash', ...put('a', { server_name: 'a-b' }) },
  { name: 'transport alone', ...put('a', { transport: 'sse' }) },
  {
    name: 'transport with the URL',
    ...put('a', { transport: 'sse', url: 'http://localhost:1/a' }),
  },
  {
    name: 'URL, and its OAuth flow as it was',
    ...put('b', { url: 'http://localhost:1/b2', ...flow }),
  },
  { name: 'the OAuth flow again', ...put('b', flow) },
  { name: 'issuer', ...put('b', { issuer: 'http://localhost:2' }) },
  {
    name: 'bearer token',
    ...put('a', { auth_type: 'bearer_token', credentials: { auth_value: 'v1' } }),
  },
  { name: 'type without credentials', ...put('a', { auth_type: 'api_key' }) },
  {
    name: 'OAuth client',
    ...put('a', {
      auth_type: 'oauth2',
      credentials: { client_id: 'c', client_secret: 's', scopes: ['x', 'y'] },
    }),
  },
  { name: 'another secret', ...put('a', { credentials: { client_secret: 's2' } }) },
  { name: 'no scopes', ...put('a', { credentials: { scopes: [] } }) },
  { name: 'tools', ...put('a', { allowed_tools: ['b', 'a', 'a'] }) },
  { name: 'no list of tools', ...put('a', { allowed_tools: null }) },
  { name: 'no groups', ...put('a', { mcp_access_groups: [] }) },
  { name: 'groups as null', ...put('a', { mcp_access_groups: null }) },
  { name: 'limits', ...put('a', { timeout: 2.5, max_concurrent_requests: 3 }) },
  { name: 'no limits', ...put('a', { timeout: null, max_concurrent_requests: null }) },
  { name: 'list after all that', ...list },
  {
    name: 'new, with an OAuth flow',
    ...post({
      ...flow,
      server_id: 'n1',
      server_name: 'New',
      url: 'http://localhost:1/n1',
      transport: 'http',
      auth_type: 'oauth2',
      credentials: { client_id: 'c', client_secret: 's', scopes: ['x'] },
    }),
  },
  {
    name: 'new, without a transport',
    ...post({ server_id: 'n2', server_name: 'Plain', url: 'http://localhost:1/n2' }),
  },
  {
    name: 'new, with an id that is taken',
    ...post({ server_id: 'n1', server_name: 'Other', url: 'http://localhost:1/n1' }),
  },
  {
    name: 'new, with the name of another',
    ...post({ server_id: 'n3', server_name: 'NEW', url: 'http://localhost:1/n3' }),
  },
  { name: 'deleted', ...remove('n1') },
  { name: 'deleted again', ...remove('n1') },
  { name: 'list after that', ...list },
];

/** The body of an answer; null where it is empty. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? null : withoutTimes(JSON.parse(text));
}

/** Replaces what differs from one run to the next. */
function withoutTimes(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT\d\d:/.test(value) ? 'TIME' : value;
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutTimes(member)]),
  );
}
