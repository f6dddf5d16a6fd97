import type { Options } from 'ky';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { SeenDate } from '../../model/runtime.types.ts';
import type {
  BodyFault,
  VendorErrorKind,
  VendorErrorOptions,
  VendorOperation,
} from '../../model/errors/vendor-error.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import { vendorText } from '../../secrets/vendor-text.ts';
import type { AllowedUrl } from './host-rule.ts';
import { isHtml, parseJson, reasonIn } from './reason.ts';
import { parseRetryAfter } from './repetition.ts';
import type { Progress, Wire, WireFailure } from './wire.ts';
import { WireError } from './wire.ts';

/** One request, sent once. */
export interface Outgoing {
  readonly target: AllowedUrl;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly operation: VendorOperation;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bearer?: Secret | undefined;
  readonly json?: JsonObject | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  /**
   * Secrets that must not appear in an error's text: those that are sent, including the bearer token, and those in
   * answers.
   */
  readonly known: KnownSecrets;
  /** Returns the secrets in an answer, which are then added to `known`. */
  readonly secretsIn?: ((answer: Json) => readonly Secret[]) | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The place for errors: connection, server. */
  readonly context: JsonObject;
  readonly kindOf?: KindOf;
  /** Called with the size of each answer, in bytes. Its error ends the attempt and is thrown unchanged. */
  readonly received?: ((bytes: number) => void) | undefined;
  /** Called with the time in the host's answer. */
  readonly onDate?: ((seen: SeenDate) => void) | undefined;
}

/**
 * The kind of error of an answer; undefined for the default (`status` unless it is 2xx). Called for each answer, also
 * for a redirect or an unusable one; `body` is undefined if it is not JSON.
 */
export type KindOf = (status: number, body: Json | undefined) => VendorErrorKind | undefined;

/**
 * Sends one request, once, and returns the answer's JSON.
 *
 * @throws VendorError without a cause, because errors of lower layers contain the request with its bearer token
 */
export async function exchange(wire: Wire, outgoing: Outgoing, now: () => number): Promise<Json> {
  const progress: Progress = { connected: false };
  const fail = (kind: VendorErrorKind, message: string, more: VendorErrorOptions = {}) =>
    new VendorError(kind, outgoing.operation, message, { context: outgoing.context, ...more });
  const options = requestOptions(outgoing, fail);
  const { host } = outgoing.target.url;
  // Imported late: it loads Node's fetch, which takes a third of a function's cold start.
  const { default: ky, isTimeoutError } = await import('ky');
  const sentAt = now();
  try {
    const response = await ky(outgoing.target.url, {
      ...options,
      fetch: (request) => wire.send(request as Request, outgoing.target.reach, progress),
    });
    const answeredAt = now();
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) {
      outgoing.onDate?.({ from: outgoing.target.url.host, date, sentAt, answeredAt });
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    outgoing.received?.(bytes.length);
    return readResponse(response, bytes, outgoing, now());
  } catch (error) {
    if (error instanceof VendorError) throw error;
    if (outgoing.signal.aborted) throw fail('aborted', 'the pass ended');
    if (isTimeoutError(error)) {
      const seconds = outgoing.timeoutMs / 1000;
      throw progress.connected
        ? fail('timeout', `no answer within ${seconds} s`)
        : fail('no-route', `${host}: no connection within ${seconds} s`);
    }
    if (error instanceof WireError) {
      const { failure, message } = error;
      throw failure === 'too-large'
        ? fail('body', message, { fault: 'size' })
        : fail(kinds[failure], isUnopened(failure) ? `${host}: ${message}` : message);
    }
    throw fail(progress.connected ? 'cut' : 'no-route', 'the request failed');
  }
}

/** Whether no connection was opened, for a reason that does not name the host. */
const isUnopened = (failure: WireFailure) => failure === 'no-route' || failure === 'tls';

/** Whether the answer was too large; a retry would not help. */
export function isTooLarge({ code }: VendorError): boolean {
  return code === 'body-size';
}

/** Declarations have at most 32 levels. Much deeper values would exceed the stack where JSON is compared and written. */
const deepest = 64;

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner: Json) => isDeeper(inner, levels - 1));
}

const kinds: Readonly<Record<Exclude<WireFailure, 'too-large'>, VendorErrorKind>> = {
  'no-route': 'no-route',
  cut: 'cut',
  tls: 'tls',
  body: 'body',
  host: 'host',
};

function requestOptions(
  { method, headers, bearer, json, form, timeoutMs, signal }: Outgoing,
  fail: (kind: VendorErrorKind, message: string) => VendorError,
): Options {
  const token = bearer?.reveal();
  // Otherwise the error of `Headers` would contain the token.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw fail(
      'token',
      'the access token is empty or has characters that are not allowed in a header',
    );
  }
  return {
    method,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'trueup',
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(json !== undefined && { json }),
    ...(form !== undefined && { body: new URLSearchParams(form) }),
    retry: 0,
    redirect: 'manual',
    throwHttpErrors: false,
    timeout: timeoutMs,
    signal,
  };
}

function readResponse(
  response: Response,
  bytes: Uint8Array,
  outgoing: Outgoing,
  now: number,
): Json {
  const { operation, context, known } = outgoing;
  const { status, headers } = response;
  const { text, isWhole } = decoded(bytes);
  const parsed = parseJson(text);
  // Before any error text is made. Tokens in an answer are handled even if the rest of it is not usable.
  if (parsed !== undefined && outgoing.secretsIn) known.add(outgoing.secretsIn(parsed));
  const kind = outgoing.kindOf?.(status, parsed);
  if (status >= 300 && status < 400) {
    const message = `HTTP ${status}${movedTo(headers, outgoing)}`;
    throw new VendorError('redirect', operation, message, { status, context });
  }
  const unusable = (what: string, fault?: BodyFault) =>
    new VendorError('body', operation, `HTTP ${status} with ${what}`, {
      context,
      ...(fault && { fault }),
    });
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    const name = vendorText(encoding, known) ?? `its name ${leftOut}`;
    throw unusable(`an encoding that was not requested: ${name}`, 'encoding');
  }
  const html = isHtml(text, headers.get('content-type'));
  // A 404 page of a proxy does not mean that the server is missing.
  if (status === 404 && html) throw unusable('an HTML page', 'html');
  if (!response.ok || (isWhole && parsed !== undefined && kind !== undefined)) {
    const retryAfterMs = parseRetryAfter(headers.get('retry-after'), now);
    const { said, vendorCode } = saidIn(text, parsed, status, known);
    throw new VendorError(kind ?? 'status', operation, said, {
      status,
      context,
      vendorCode,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  // A DELETE may have an empty answer.
  if (operation === 'delete' && bytes.length === 0) return null;
  if (!isWhole || parsed === undefined) {
    if (html) throw unusable('an HTML page', 'html');
    throw unusable(bytes.length === 0 ? 'no body' : 'a body that is not JSON');
  }
  if (isDeeper(parsed, deepest)) throw unusable(`a body nested deeper than ${deepest} levels`);
  return parsed;
}

/** The text, and whether it is complete or bytes were replaced. */
function decoded(bytes: Uint8Array): { readonly text: string; readonly isWhole: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isWhole: true };
  } catch {
    return { text: new TextDecoder().decode(bytes), isWhole: false };
  }
}

function movedTo(headers: Headers, { target, known }: Outgoing): string {
  const location = headers.get('location') ?? '';
  const to = URL.parse(location, target.url.href)?.host ?? 'nowhere';
  const host = vendorText(to, known, location);
  return host === undefined
    ? `: not followed; its address ${leftOut}`
    : ` to ${host}: not followed`;
}

const leftOut = 'is not shown: it contains a part of a secret';

/** The reason in an error's body, or why it is not shown; and its code, if that can be shown. */
function saidIn(
  body: string,
  parsed: Json | undefined,
  status: number,
  known: KnownSecrets,
): { readonly said: string; readonly vendorCode: string | undefined } {
  const { text = '', code = '' } = reasonIn(body, parsed);
  const said = vendorText(text, known);
  const vendorCode = vendorText(code, known) || undefined;
  if (said !== undefined) return { said: said || `HTTP ${status} without a reason`, vendorCode };
  const name = vendorCode === undefined ? '' : ` (${vendorCode})`;
  return { said: `HTTP ${status}${name}: its reason ${leftOut}`, vendorCode };
}
