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

/** Whose requests they are, and how its PUTs behave. */
export type SessionOwner = HostOwner &
  Pick<Provider, 'putPatience' | 'upstreamStatuses' | 'isConflict' | 'isUncreated' | 'isRepeated'>;

/** One call of a vendor's API, under the connection's base URL. */
export interface VendorRequest {
  readonly operation: 'list' | 'get' | 'put' | 'create' | 'delete';
  /** Below the base URL, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly secrets?: readonly Secret[];
  /** The server it is about. */
  readonly server?: string;
  /** Awaited right before the request goes out, at each repetition too. What it throws ends the call. */
  readonly before?: () => Promise<void>;
}

const methods = {
  list: 'GET',
  get: 'GET',
  put: 'PUT',
  create: 'POST',
  delete: 'DELETE',
} as const;

/** A connection's conversation: base URL, headers, token, budget and counts, in one function. */
export type SendRequest = (request: VendorRequest) => Promise<Json>;

/** Of a call in an error: an id may be long, and the reason is to be read too. */
const mostOfCall = 200;

/** A larger list is an error, however many answers it comes in. */
const listBytesAtMost = 256 * 1024 * 1024;

/**
 * @param headers - sent with every request
 * @param secretsIn - what an answer shows that no error's text may repeat
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
      // No URL can hold it: dots are resolved away, and the request would be another one.
      throw new VendorError('status', operation, 'no server can have this id', {
        status: 404,
        context,
      });
    }
    const unfit = Object.keys(headers).find((key) => !/^[ -~]*$/.test(headers[key] as string));
    if (unfit !== undefined) throw fail(`no header can carry this connection's ${unfit}`);
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
        // What waited for its turn meanwhile is not sent.
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

/** The same answer, for a request that was not sent because of it. */
function lockedOut({ status, retryAfterMs }: VendorError, context: JsonObject) {
  return {
    context,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/**
 * What the gateway means by its answers to a change. A proxy's page with the same status is the gateway's own failure; and after
 * a request to create, only the gateway's own words say that nothing was made.
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

/** A 2xx that has an error in place of what was asked for: it cannot be used, and its reason says why. */
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

/** The session's token. Requests that meet a 401 at the same time renew it once; what was refused is not asked for once more. */
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
 * The server that was asked for, or an error: a 200 may hold anything.
 *
 * @param converted - what the provider's convert made of the answer; undefined if it is no server
 * @throws VendorError (`body`)
 */
export function expectServer(
  converted: LiveServer | undefined,
  operation: 'get' | 'put',
  id: string,
  connection: string,
): LiveServer {
  if (converted && comparableId(converted.id) === comparableId(id)) return converted;
  const what = converted === undefined ? 'something that is no server' : 'another server';
  throw new VendorError('body', operation, `the gateway answered with ${what}`, {
    context: { connection, server: id },
  });
}

/**
 * The id of a server that was created.
 *
 * @throws VendorError (`body`) if the answer has none: a server may have been created all the same
 */
export function expectNewId(id: Json | undefined, connection: string): string {
  if (typeof id === 'string' && serverIdSchema.safeParse(id).success) return id;
  const message = 'the gateway answered with something that is no new server';
  throw new VendorError('body', 'create', message, { context: { connection } });
}
