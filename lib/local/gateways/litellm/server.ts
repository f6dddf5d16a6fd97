import { randomUUID } from 'node:crypto';
import { isRecord } from '../../aws/aws-json.ts';
import type { Json } from '../misbehaviour.ts';
import type { VendorAnswer } from '../vendor.ts';

/** An MCP server as LiteLLM stores it, with its credentials. */
export interface LiteLlmServer {
  server_id: string;
  server_name: string | null;
  alias: string | null;
  description: string | null;
  instructions: string | null;
  url: string | null;
  spec_path: string | null;
  transport: string;
  auth_type: string | null;
  credentials: Json | null;
  issuer: string | null;
  authorization_url: string | null;
  token_url: string | null;
  registration_url: string | null;
  oauth2_flow: string | null;
  audience: string | null;
  token_exchange_endpoint: string | null;
  token_exchange_profile: string | null;
  subject_token_type: string | null;
  dcr_bridge: boolean | null;
  allowed_tools: string[];
  mcp_access_groups: string[];
  extra_headers: string[];
  allow_all_keys: boolean;
  available_on_public_internet: boolean;
  timeout: number | null;
  max_concurrent_requests: number | null;
  static_headers: Json;
  mcp_info: Json;
  /** Values that the gateway discovered at the MCP server or used before. A list shows them if nothing is stored. */
  discovered: Partial<Record<(typeof endpoints)[number] | 'issuer', string>>;
  is_config: boolean;
  created_at: string;
  updated_at: string;
}

/** What a server is created from; the rest has defaults. */
export type LiteLlmServerInit = Pick<LiteLlmServer, 'server_id'> & Partial<LiteLlmServer>;

export const failed = (status: number, error: string): VendorAnswer => ({
  status,
  body: { detail: { error } },
});

export const invalid = (field: string, msg: string): VendorAnswer => ({
  status: 422,
  body: { detail: [{ type: 'value_error', loc: ['body', field], msg }] },
});

const endpoints = ['authorization_url', 'token_url', 'registration_url'] as const;

/** Cleared with a change of `url`, `auth_type` or `issuer`. */
const flow = [
  'issuer',
  'authorization_url',
  'token_url',
  'registration_url',
  'oauth2_flow',
  'dcr_bridge',
  'token_exchange_endpoint',
  'audience',
  'subject_token_type',
  'token_exchange_profile',
] as const;

const texts = ['server_name', 'alias', 'description', 'instructions', 'url'] as const;

/** Members of the credentials that answers show. */
const shownCredentials = ['scopes', 'upstream_resource', 'upstream_token_header'];

/** A stored server with the defaults of a new one. */
export function makeServer(init: LiteLlmServerInit, at: number): LiteLlmServer {
  const time = new Date(at).toISOString();
  const nothing = Object.fromEntries(
    [...texts, ...flow, 'spec_path', 'auth_type', 'credentials'].map((key) => [key, null]),
  ) as unknown as LiteLlmServer;
  return structuredClone({
    ...nothing,
    alias: init.server_name ?? null,
    url: `http://localhost/${init.server_id}`,
    transport: 'http',
    allowed_tools: [],
    mcp_access_groups: [],
    extra_headers: [],
    allow_all_keys: false,
    available_on_public_internet: true,
    timeout: null,
    max_concurrent_requests: null,
    static_headers: {},
    mcp_info: {},
    discovered: {},
    is_config: false,
    created_at: time,
    updated_at: time,
    ...init,
  });
}

/** A server as in answers to a full administrator, with only the credentials that are not secret. */
export function showServer(server: LiteLlmServer): Json {
  const { discovered: _discovered, ...stored } = server;
  const shown = Object.entries(server.credentials ?? {}).filter(
    ([key, value]) => shownCredentials.includes(key) && isFull(value),
  );
  return structuredClone<Json>({
    ...stored,
    credentials: shown.length === 0 ? null : Object.fromEntries(shown),
  });
}

const isFull = (value: unknown) =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== '';

/** A server as in a list, with its effective values. */
export function listServer(server: LiteLlmServer): Json {
  const shown = showServer(server);
  const info = {
    description: server.description,
    server_name: server.server_name,
    ...server.mcp_info,
  };
  const scopes = server.credentials?.['scopes'];
  return {
    ...shown,
    description: info.description,
    mcp_info: info,
    credentials: isFull(scopes ?? null) ? { scopes } : null,
    static_headers: Object.keys(server.static_headers).length > 0 ? server.static_headers : null,
    subject_token_type:
      server.subject_token_type ?? 'urn:ietf:params:oauth:token-type:access_token',
    token_exchange_profile: server.token_exchange_profile ?? 'rfc8693',
    ...Object.fromEntries(
      Object.entries(server.discovered).map(([key, found]) => [key, shown[key] ?? found]),
    ),
  };
}

/** A server as in answers for other keys. */
export function hideServer(server: LiteLlmServer): Json {
  const hidden = ['url', 'spec_path', 'static_headers', 'credentials', ...flow];
  return { ...listServer(server), ...Object.fromEntries(hidden.map((key) => [key, null])) };
}

/** The error for an invalid body. */
export function refusal(body: Json, operation: 'put' | 'create'): VendorAnswer | undefined {
  if (operation === 'put' && typeof body['server_id'] !== 'string')
    return invalid('server_id', 'Field required');
  for (const key of ['server_name', 'alias'] as const) {
    const value = body[key];
    if (typeof value === 'string' && value.includes('-')) {
      const message = "Server name cannot contain '-'. Use an alternative character instead Found:";
      return failed(400, `${message} ${value}`);
    }
    if (typeof value === 'string' && !/^[A-Za-z0-9_.]{0,128}$/.test(value)) {
      return failed(400, `Invalid MCP tool prefix '${value}' provided via ${key}`);
    }
  }
  const { transport, url } = body;
  if (transport === null) return invalid('transport', "Input should be 'sse', 'http' or 'stdio'");
  if (transport !== undefined && !url) {
    return invalid('transport', 'Value error, url or spec_path is required for HTTP/SSE transport');
  }
  const nulls = ['mcp_access_groups', 'allow_all_keys', 'available_on_public_internet'];
  const found = nulls.find((key) => body[key] === null);
  return found === undefined ? undefined : invalid(found, 'Input should be a valid value');
}

/** Creates a server from a POST, or returns the error answer. Its id is the requested one, or a generated one. */
export function createServer(
  body: Json,
  others: readonly LiteLlmServer[],
  at: number,
): LiteLlmServer | { readonly refused: VendorAnswer } {
  const { server_id: asked, ...sent } = body;
  const id = typeof asked === 'string' ? asked : randomUUID();
  if (others.some(({ server_id: one }) => one === id)) {
    const message = `MCP Server with id ${id} already exists. Cannot create another.`;
    return { refused: failed(400, message) };
  }
  const server = makeServer({ server_id: id, url: null, transport: 'sse' }, at);
  const refused = updateServer(server, sent, others, at);
  return refused ? { refused } : server;
}

/** Applies a PUT to a stored server, or returns the error answer. */
export function updateServer(
  server: LiteLlmServer,
  body: Json,
  others: readonly LiteLlmServer[],
  at: number,
): VendorAnswer | undefined {
  if (server.is_config) return absent(server.server_id);
  const { server_id: _id, credentials, ...sent } = body;
  const name = sent['server_name'];
  // A name without an alias sets the alias.
  if (typeof name === 'string' && !sent['alias']) sent['alias'] = name;
  const taken = (['alias', 'server_name'] as const).flatMap((key) => {
    const value = sent[key];
    if (typeof value !== 'string') return [];
    const other = others.find((one) => isNamed(one, value));
    if (!other) return [];
    return `An MCP server with ${key} '${value}' already exists (server_id=${other.server_id}). MCP server names and aliases must be unique, case-insensitive.`;
  })[0];
  if (taken !== undefined) return failed(400, taken);
  const type = sent['auth_type'];
  const hasOtherType = typeof type === 'string' && type !== server.auth_type;
  const before = { ...server };
  const isChanged = (key: 'url' | 'issuer') => key in sent && sent[key] !== before[key];
  const known = Object.keys(server).filter((key) => key !== 'credentials' && key in sent);
  for (const key of known) Object.assign(server, { [key]: sent[key] });
  server.allowed_tools ??= [];
  if (isChanged('url') || hasOtherType || (before.issuer !== null && isChanged('issuer'))) {
    for (const key of flow) {
      if (!(key in sent) || sent[key] === before[key]) Object.assign(server, { [key]: null });
    }
  }
  if (isChanged('url') || hasOtherType) server.discovered = {};
  else {
    for (const key of endpoints) {
      const last = before[key];
      if (last !== null && server[key] === null) server.discovered[key] = last;
    }
  }
  server.credentials = credentialsAfter(server.credentials, credentials, hasOtherType);
  server.updated_at = new Date(at).toISOString();
  return undefined;
}

export const absent = (id: string) => failed(404, `MCP Server not found, passed server_id=${id}`);

function isNamed({ server_name: name, alias }: LiteLlmServer, value: string): boolean {
  return [name, alias].some((one) => one?.toLowerCase() === value.toLowerCase());
}

/** Merged by key. If the type changes, replaced as a whole, or erased if the body has no credentials. */
function credentialsAfter(stored: Json | null, sent: unknown, hasOtherType: boolean): Json | null {
  if (sent === null) return null;
  if (!isRecord(sent)) return hasOtherType ? null : stored;
  return hasOtherType ? { ...sent } : { ...stored, ...sent };
}
