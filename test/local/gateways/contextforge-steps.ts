/**
 * Requests that a ContextForge is asked one after the other, a real one to record what it answers, the simulated one to
 * hold it against that. `{a}` stands for the id of the gateway of that name, `UPSTREAM` for the origin of the MCP servers.
 */
export interface Step {
  readonly name: string;
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What the MCP server behind a gateway does from this step on. */
  readonly upstream?: { readonly of: string; readonly is: 'up' | 'down' | 'other-tools' };
  /** Sent without a token that holds. */
  readonly badToken?: true;
}

/** What was answered, with ids, times and addresses replaced. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** The gateways that are there at the start, oldest first, each with an MCP server of its own. */
export const gateways = [
  { key: 'a', name: 'Alpha One', authType: 'bearer', authToken: 'token-1', tags: ['Team A'] },
  { key: 'b', name: 'Beta', authType: 'basic', authUsername: 'user', authPassword: 'pass-1' },
  { key: 'c', name: 'Gamma', authType: 'authheaders', authHeaders: [{ key: 'X-A', value: 'v1' }] },
  { key: 'd', name: 'Delta' },
] as const;

const put = (key: string, body: Readonly<Record<string, unknown>>) =>
  ({ method: 'PUT', path: `/v1/gateways/{${key}}`, body }) as const;
const get = (key: string) => ({ method: 'GET', path: `/v1/gateways/{${key}}` }) as const;

export const steps: readonly Step[] = [
  {
    name: 'list, first page',
    method: 'GET',
    path: '/v1/gateways?include_pagination=true&include_inactive=true&limit=3',
  },
  { name: 'list without paging', method: 'GET', path: '/v1/gateways' },
  { name: 'get bearer', ...get('a') },
  { name: 'get basic', ...get('b') },
  { name: 'get headers', ...get('c') },
  { name: 'get without credentials', ...get('d') },
  { name: 'get unknown', method: 'GET', path: '/v1/gateways/nope' },
  { name: 'bad token', method: 'GET', path: '/v1/gateways/nope', badToken: true },
  { name: 'put unknown', method: 'PUT', path: '/v1/gateways/nope', body: { description: 'x' } },
  { name: 'description with the mask', ...put('a', { description: 'one', authToken: '*****' }) },
  {
    name: 'description with the mask of basic',
    ...put('b', { description: 'one', authUsername: 'user', authPassword: '*****' }),
  },
  {
    name: 'description with the masked headers',
    ...put('c', { description: 'one', authHeaders: [{ key: 'X-A', value: '*****' }] }),
  },
  { name: 'description without credentials', ...put('d', { description: '<b>bold</b> text' }) },
  { name: 'tags', ...put('d', { tags: ['Team A', 'x', 'Team A', 'ops'] }) },
  { name: 'no tags', ...put('d', { tags: [] }) },
  { name: 'passthrough headers', ...put('d', { passthroughHeaders: ['X-Tenant'] }) },
  { name: 'transport in lower case', ...put('d', { transport: 'streamablehttp' }) },
  { name: 'name of another, in other case', ...put('d', { name: 'alpha  ONE' }) },
  { name: 'name with a slash', ...put('d', { name: 'a/b' }) },
  { name: 'rename', ...put('d', { name: 'Delta Two' }) },
  { name: 'new token', ...put('a', { authType: 'bearer', authToken: 'token-2' }) },
  {
    name: 'new user and password',
    ...put('b', { authType: 'basic', authUsername: 'other', authPassword: 'pass-2' }),
  },
  { name: 'basic without a password', ...put('b', { authType: 'basic', authUsername: 'other' }) },
  {
    name: 'upstream down, description',
    ...put('d', { description: 'down' }),
    upstream: { of: 'd', is: 'down' },
  },
  { name: 'upstream down, credentials', ...put('d', { authType: 'bearer', authToken: 'token-3' }) },
  {
    name: 'upstream with other tools, description',
    ...put('d', { description: 'dropped' }),
    upstream: { of: 'd', is: 'other-tools' },
  },
  { name: 'the same again', ...put('d', { description: 'kept' }) },
  { name: 'credentials left out', ...put('a', { description: 'erased' }) },
  { name: 'get after credentials left out', ...get('a') },
  {
    name: 'the mask where nothing is stored',
    ...put('a', { description: 'still', authToken: '*****' }),
  },
  { name: 'a token without its type', ...put('a', { authToken: 'token-4' }) },
  { name: 'a token with its type', ...put('a', { authType: 'bearer', authToken: 'token-5' }) },
  { name: 'type none', ...put('a', { authType: 'none' }) },
];

/** Replaces what differs from one run to the next. */
export function normalised(
  value: unknown,
  ids: ReadonlyMap<string, string>,
  upstream: string,
): unknown {
  const of = (one: unknown): unknown => {
    if (typeof one === 'string') return textOf(one, ids, upstream);
    if (Array.isArray(one)) return one.map(of);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, of(member)]));
  };
  return of(value);
}

function textOf(text: string, ids: ReadonlyMap<string, string>, upstream: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return 'TIME';
  const replaced = text
    .replaceAll(upstream, 'UPSTREAM')
    .replaceAll(/reference: [0-9a-f]+/g, 'reference: REFERENCE');
  return [...ids].reduce((soFar, [key, id]) => soFar.replaceAll(id, `{${key}}`), replaced);
}

/** A path with the ids of this run. */
export function pathOf({ path }: Step, ids: ReadonlyMap<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, key: string) => ids.get(key) ?? key);
}
