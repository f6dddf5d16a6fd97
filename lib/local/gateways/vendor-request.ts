import type { LoopbackRequest } from '../loopback-server.ts';

/** A request to a vendor's server API, with the meaning of its path. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; undefined without a body, and when it is not JSON. */
  readonly body: unknown;
  readonly operation: 'list' | 'get' | 'put' | 'create' | 'delete' | 'other';
  readonly id?: string;
}

/** The paths of servers at the simulated gateways. */
const serversPath = /^\/(?:api\/servers|v1\/gateways|v1\/mcp\/server)(?:\/([^/]+))?\/?$/;

/** Parses a request. */
export function readVendorRequest(incoming: LoopbackRequest): VendorRequest {
  const { method, path } = incoming;
  const match = serversPath.exec(path);
  const body = parsed(incoming.text);
  const id = match?.[1] === undefined ? idIn(method, body) : decoded(match[1]);
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    method,
    path,
    query: Object.fromEntries(incoming.query),
    headers: Object.fromEntries(headers),
    body,
    operation: match ? operationOf(method, id) : 'other',
    ...(id !== undefined && { id }),
  };
}

/** The id in a PUT's body, if the path has none. */
function idIn(method: string, body: unknown): string | undefined {
  if (method !== 'PUT') return undefined;
  const id = (body as { server_id?: unknown } | null | undefined)?.server_id;
  return typeof id === 'string' ? id : undefined;
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerOf(request: VendorRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
}

function operationOf(method: string, id: string | undefined): VendorRequest['operation'] {
  if (method === 'GET') return id === undefined ? 'list' : 'get';
  if (id === undefined) return method === 'POST' ? 'create' : 'other';
  if (method === 'DELETE') return 'delete';
  return method === 'PUT' ? 'put' : 'other';
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
