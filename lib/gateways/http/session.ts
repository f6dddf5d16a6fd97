import { comparableId } from '../../model/names/server-id.ts';
import { serverIdSchema } from '../../desired/rules/schema.ts';
import type { Connection } from '../../model/desired.types.ts';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { Provider, SessionInputs } from '../provider.ts';
import { isLockout } from '../../model/errors/failure.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { BearerSource, HttpClient } from './client.ts';
import type { KindOf } from './exchange.ts';
import type { HostOwner } from './allowed-hosts.types.ts';

/** The provider of the session, with the behaviour of its PUTs. */
export type SessionOwner = HostOwner &
  Pick<Provider, 'putPatience' | 'upstreamStatuses' | 'isConflict' | 'isUncreated' | 'isRepeated'>;

/** One call of a vendor's API, under the connection's base URL. */
export interface VendorRequest {
  readonly operation: 'list' | 'get' | 'put' | 'create' | 'delete';
  /** Path segments below the base URL, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly secrets?: readonly Secret[];
  /** The server that the request is about. */
  readonly server?: string;
  /** Awaited right before the request is sent, and before each retry. Its error ends the call. */
  readonly before?: () => Promise<void>;
}

const methods = {
  list: 'GET',
  get: 'GET',
  put: 'PUT',
  create: 'POST',
  delete: 'DELETE',
} as const;

/** Sends a request of a connection, with its base URL, headers, token, budget and counts. */
export type SendRequest = (request: VendorRequest) => Promise<Json>;

/** Maximum length of a call in an error: an id may be long, and must not hide the reason. */
const mostOfCall = 200;

/** Maximum size of a list, over all its pages. */
const listBytesAtMost = 256 * 1024 * 1024;

/**
 * @param headers - sent with every request
 * @param secretsIn - returns the secrets in an answer that no error's text may contain
 */
export function openHttpSession(
  http: HttpClient,
  owner: SessionOwner,
  { name, baseUrl }: Connection,
  inputs: SessionInputs,
  headers: Readonly<Record<string, string>> = {},
  secretsIn?: (answer: Json) => readonly Secret[],
): SendRequest {
  const bearer = bearerOf(inputs);
  let listed = 0;
  let lockout: VendorError | undefined;
  const ownKind = ownKindOf(owner);
  return async ({ operation, path, query, body, secrets = [], server, before }) => {
    const method = methods[operation];
    const isRead = method === 'GET';
    const call = plainText(`${method} /${path.join('/')}`, mostOfCall);
    const context = { connection: name, call, ...(server !== undefined && { server }) };
    const fail = (why: string) => new VendorError('host', operation, why, { context });
    const named = server === undefined ? path : [...path, server];
    if (named.some((segment) => /^\.{0,2}$/.test(segment) || !segment.isWellFormed())) {
      // Not possible in a URL: dot segments are removed, and the request would have another path.
      throw new VendorError('status', operation, 'no server can have this id', {
        status: 404,
        context,
      });
    }
    const unfit = Object.keys(headers).find((key) => !/^[ -~]*$/.test(headers[key] as string));
    if (unfit !== undefined) throw fail(`this connection's ${unfit} is not allowed in a header`);
    inputs.known.add(secrets);
    const patience = isRead ? 1 : (owner.putPatience ?? 1);
    return http.send({
      owner,
      operation,
      method,
      url: endpoint(baseUrl, path, query, fail),
      repeatable: isRead ? 'anytime' : 'unsent',
      patience,
      headers,
      bearer,
      ...(body && { json: body }),
      known: inputs.known,
      kindOf: (status, answer) =>
        errorWithSuccess(status, answer) ??
        (isRead ? undefined : ownKind(operation, body, status, answer)),
      ...(secretsIn && { secretsIn }),
      signal: inputs.signal,
      context,
      admit: async () => {
        await inputs.admit(patience, isRead ? undefined : server);
        if (before) await before();
        // Requests that were waiting meanwhile are not sent.
        if (lockout)
          throw new VendorError('status', operation, lockout.message, lockedOut(lockout, context));
      },
      count: () => (inputs.calls[operation] = (inputs.calls[operation] ?? 0) + 1),
      received: (bytes) => {
        if (operation !== 'list') return;
        listed += bytes;
        if (listed <= listBytesAtMost) return;
        const message = 'the list is larger than 256 MB in all; nothing is changed';
        throw new VendorError('body', 'list', message, { context, fault: 'size' });
      },
      reached: () => {
        if (operation === 'put' && server !== undefined) inputs.reached?.(server);
      },
      failed: (error) => {
        if (isLockout(error)) lockout = error;
        if (error.status === 429) inputs.calls.throttled = (inputs.calls.throttled ?? 0) + 1;
      },
    });
  };
}

/** The error for a request that is not sent because of a lockout. */
function lockedOut({ status, retryAfterMs }: VendorError, context: JsonObject) {
  return {
    context,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/**
 * The meaning of the gateway's answers to a change. A proxy's page with the same status is a failure of the gateway.
 * After a create request, only a message of the gateway itself proves that nothing was created.
 */
function ownKindOf({ upstreamStatuses = [], isConflict, isUncreated, isRepeated }: SessionOwner) {
  return (
    operation: VendorRequest['operation'],
    sent: JsonObject = {},
    ...answer: Parameters<KindOf>
  ) => {
    const [status, body] = answer;
    if (body === undefined) return undefined;
    // Not the answer to the request that made it, which was lost on the way.
    if (operation === 'create' && isRepeated?.(status, body, sent) === true) return 'body';
    const isUpstream =
      operation === 'create'
        ? isUncreated?.(status, body) === true
        : upstreamStatuses.includes(status);
    if (isUpstream) return 'upstream';
    return isConflict?.(status, body) === true ? 'conflict' : undefined;
  };
}

/** A 2xx with an error instead of the requested data: it is not usable, and its reason is shown. */
function errorWithSuccess(status: number, answer: Json | undefined): 'body' | undefined {
  if (status >= 300 || !isJsonObject(answer)) return undefined;
  const { error, id, serverId, data, servers } = answer;
  const isError = typeof error === 'string' || isJsonObject(error);
  const isOther = [id, serverId, data, servers].some((one) => one !== undefined);
  return isError && !isOther ? 'body' : undefined;
}

function endpoint(
  baseUrl: string,
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
  fail: (why: string) => VendorError,
): string {
  const [base = '', ...rest] = baseUrl.split(/[?#]/);
  if (rest.length > 0) throw fail('the base URL must have no query and no fragment');
  const search = new URLSearchParams(query).toString();
  const url = `${base.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`;
  return search === '' ? url : `${url}?${search}`;
}

/** The session's token. Concurrent requests that get a 401 renew it once; a renewal that failed is not repeated. */
function bearerOf(inputs: SessionInputs): BearerSource {
  let renewal: Promise<Secret> | undefined;
  return {
    current: () => inputs.token({ renew: false }),
    async renew(rejected) {
      const latest = await inputs.token({ renew: false });
      if (latest.reveal() !== rejected.reveal()) return latest;
      renewal ??= inputs.token({ renew: true }).then((token) => {
        renewal = undefined;
        return token;
      });
      return renewal;
    },
  };
}

/**
 * The requested server, or an error if the 200 has other content.
 *
 * @param converted - the result of the provider's convert; undefined if the answer is not a server
 * @throws VendorError (`body`)
 */
export function expectServer(
  converted: LiveServer | undefined,
  operation: 'get' | 'put',
  id: string,
  connection: string,
): LiveServer {
  if (converted && comparableId(converted.id) === comparableId(id)) return converted;
  const what = converted === undefined ? 'something that is not a server' : 'another server';
  throw new VendorError('body', operation, `the gateway answered with ${what}`, {
    context: { connection, server: id },
  });
}

/**
 * The list, or a page of it.
 *
 * @param converted - the result of the provider's convert; undefined if the answer is not a list
 * @param entries - the gateway's word for servers
 * @throws VendorError (`body`)
 */
export function expectList<List>(
  converted: List | undefined,
  connection: string,
  entries = 'servers',
): List {
  if (converted !== undefined) return converted;
  const message = `the gateway's answer is not a list of ${entries}`;
  throw new VendorError('body', 'list', message, { context: { connection } });
}

/**
 * The id of a created server.
 *
 * @throws VendorError (`body`) if the answer has none; a server may have been created anyway
 */
export function expectNewId(id: Json | undefined, connection: string): string {
  if (typeof id === 'string' && serverIdSchema.safeParse(id).success) return id;
  const message = "the gateway's answer is not a new server";
  throw new VendorError('body', 'create', message, { context: { connection } });
}
