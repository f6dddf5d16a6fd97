import { isRecord } from '../../aws/aws-json.ts';
import type { Json } from '../misbehaviour.ts';
import type { VendorAnswer } from '../vendor.ts';

/** A gateway as ContextForge stores it. */
export interface ContextForgeServer {
  id: string;
  name: string;
  url: string;
  description: string | null;
  transport: string;
  tags: string[];
  visibility: string;
  passthroughHeaders: string[] | null;
  /** Null until it is first set, "" once it was cleared. */
  authType: string | null;
  /** The credential that the gateway sends to the MCP server; undefined where none is stored. */
  credential?: Credential | undefined;
  enabled: boolean;
  version: number;
  createdAt: string;
  updatedAt: string;
  /** How the MCP server behind it reacts to the next call. */
  upstream: 'up' | 'down' | 'other-tools';
  /** Additional fields in answers. */
  unknown: Json;
}

type Credential =
  | { readonly token: string }
  | { readonly username: string; readonly password: string }
  | { readonly headers: Readonly<Record<string, string>> };

/** What a server is created from; the rest has defaults. */
export type ContextForgeServerInit = Pick<ContextForgeServer, 'id' | 'name'> &
  Partial<ContextForgeServer>;

/** The default of `MASKED_AUTH_VALUE`. */
export const defaultMask = '*****';

export const failed = (status: number, body: Json): VendorAnswer => ({ status, body });

export const invalid = (field: string, message: string): VendorAnswer =>
  failed(422, {
    detail: [{ type: 'value_error', loc: ['body', field], msg: `Value error, ${message}` }],
  });

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** A stored gateway with the defaults of a new one. */
export function makeGateway(init: ContextForgeServerInit, at: number): ContextForgeServer {
  const time = new Date(at).toISOString().slice(0, -1);
  return structuredClone({
    url: `http://localhost/${slugOf(init.name)}`,
    description: null,
    transport: 'STREAMABLEHTTP',
    tags: [],
    visibility: 'public',
    passthroughHeaders: null,
    authType: null,
    enabled: true,
    version: 1,
    createdAt: time,
    updatedAt: time,
    upstream: 'up',
    unknown: {},
    ...init,
  } satisfies ContextForgeServer);
}

/** A gateway as in answers, with its credential masked. */
export function showGateway(server: ContextForgeServer, mask = defaultMask): Json {
  const { credential, tags, upstream: _upstream, unknown, ...shown } = server;
  const headers =
    credential && 'headers' in credential
      ? Object.keys(credential.headers).map((key) => ({ key, value: mask }))
      : null;
  return structuredClone<Json>({
    ...shown,
    slug: slugOf(server.name),
    tags: tags.map((label) => ({ id: slugOf(label), label })),
    authValue: credential ? mask : server.authType === '' ? '' : null,
    authToken: credential && 'token' in credential ? mask : null,
    authUsername: credential && 'username' in credential ? credential.username : null,
    authPassword: credential && 'password' in credential ? mask : null,
    authHeaders: headers,
    authHeaderKey: headers?.[0]?.key ?? null,
    authHeaderValue: headers ? mask : null,
    oauthConfig: null,
    ...unknown,
  });
}

/** A page of the list: without `include_pagination` an array of at most 50; disabled ones only on request. */
export function listOf<T extends { readonly enabled: boolean }>(
  servers: readonly T[],
  {
    include_pagination: paging,
    include_inactive: inactive,
    limit = '50',
    cursor = '0',
  }: Readonly<Record<string, string>>,
  shown: (server: T) => Json,
): unknown {
  const all = servers.filter(({ enabled }) => enabled || inactive === 'true');
  const [from, count] = [Number(cursor), Math.min(Number(limit), 500)];
  const gateways = all.slice(from, from + count).map(shown);
  if (paging !== 'true') return gateways;
  return { gateways, nextCursor: from + count < all.length ? String(from + count) : null };
}

/** The error of validation, which runs before anything is looked up. */
export function refusal(body: Json): VendorAnswer | undefined {
  const { name, authType, authUsername, authPassword } = body;
  if (typeof name === 'string' && !/^[\p{L}\p{N}_.\- ]{1,255}$/u.test(name)) {
    return invalid(
      'name',
      'Gateway name can only contain letters, numbers, underscore, and hyphen. Special characters like <, >, quotes are not allowed.',
    );
  }
  if (
    authType === 'basic' &&
    (typeof authUsername !== 'string' || typeof authPassword !== 'string')
  ) {
    return invalid(
      'auth_value',
      "For 'basic' auth, both 'auth_username' and 'auth_password' must be provided.",
    );
  }
  return undefined;
}

/** Applies a PUT to a stored gateway, or returns the error answer. */
export function updateGateway(
  server: ContextForgeServer,
  body: Json,
  others: readonly ContextForgeServer[],
  at: number,
  mask = defaultMask,
): VendorAnswer | undefined {
  const { name } = body;
  if (typeof name === 'string' && others.some((other) => slugOf(other.name) === slugOf(name))) {
    return failed(409, { message: 'Gateway name already exists' });
  }
  const next = { ...server, ...changed(server, body, mask) };
  const connects =
    next.url !== server.url ||
    next.transport !== server.transport ||
    next.authType !== server.authType ||
    JSON.stringify(next.credential) !== JSON.stringify(server.credential);
  if (server.upstream === 'down' && connects) {
    const message = `Failed to initialize gateway at ${next.url}: An unexpected error occurred (reference: 0)`;
    return failed(502, { message });
  }
  const stamps = {
    version: server.version + 1,
    updatedAt: new Date(at).toISOString().slice(0, -1),
  };
  if (server.upstream === 'other-tools') {
    Object.assign(server, stamps, {
      upstream: 'up',
      ...(body['tags'] !== undefined && { tags: next.tags }),
    });
  } else {
    Object.assign(server, next, stamps);
    if (next.credential === undefined) delete server.credential;
  }
  return undefined;
}

/** The fields after a PUT. */
function changed(
  server: ContextForgeServer,
  body: Json,
  mask: string,
): Partial<ContextForgeServer> {
  const text = (key: string) => (typeof body[key] === 'string' ? { [key]: body[key] } : {});
  const { url, tags, transport, passthroughHeaders, authType } = body;
  return {
    ...text('name'),
    ...text('visibility'),
    ...(typeof body['description'] === 'string' && {
      description: body['description'].replaceAll(/<[^>]*>/g, ''),
    }),
    ...(typeof url === 'string' && { url: url.replace('//127.0.0.1', '//localhost') }),
    ...(typeof transport === 'string' && { transport: transport.toUpperCase() }),
    ...(tags === null && { tags: [] }),
    ...(Array.isArray(tags) && { tags: [...new Set(tags.filter(isTag))] }),
    ...(Array.isArray(passthroughHeaders) && {
      passthroughHeaders: passthroughHeaders as string[],
    }),
    ...(typeof authType === 'string' && { authType: authType === 'none' ? '' : authType }),
    credential: credentialAfter(server, body, mask),
  };
}

const isTag = (tag: unknown): tag is string => typeof tag === 'string' && tag.trim().length > 1;

function credentialAfter(
  { credential }: ContextForgeServer,
  body: Json,
  mask: string,
): Credential | undefined {
  const { authType, authToken, authUsername, authPassword, authHeaders } = body;
  if (Array.isArray(authHeaders) && authHeaders.length > 0) {
    const stored = credential && 'headers' in credential ? credential.headers : {};
    const pairs = authHeaders.filter(isRecord).map(({ key, value }): [string, string] => {
      const name = String(key);
      return [name, value === mask && name in stored ? (stored[name] as string) : String(value)];
    });
    return { headers: Object.fromEntries(pairs) };
  }
  if (authToken === mask || authPassword === mask) return credential;
  if (authType === 'bearer' && typeof authToken === 'string') return { token: authToken };
  if (authType === 'basic') {
    return { username: String(authUsername), password: String(authPassword) };
  }
  // A body without credentials erases them, and so does a credential without its type.
  return undefined;
}
