import * as oauth from 'oauth4webapi';
import { isTransientStatus } from '../model/errors/failure.ts';
import type { Json, JsonObject } from '../model/json/json.types.ts';
import { isJsonObject } from '../model/json/json.ts';
import { Secret } from '../model/secret.ts';
import type { HttpClient } from '../gateways/http/client.ts';
import type { Repeatable } from '../gateways/http/repetition.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { VendorErrorKind } from '../model/errors/vendor-error.ts';
import { isVendorError, VendorError } from '../model/errors/vendor-error.ts';
import { findAuthorizationEndpoint } from './discovery.ts';
import type { AccessToken, TokenExchange, TokenRequest } from './token-exchange.types.ts';

/** The dependencies of the exchanges. */
export interface TokenTools {
  readonly http: HttpClient;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The OAuth 2.0 grants, by oauth4webapi over the shared HTTP client, whose rules for hosts, sizes, timeouts, retries
 * and errors apply.
 */
export function createTokenExchange(tools: TokenTools): TokenExchange {
  return {
    async clientCredentials(request) {
      const { clientSecret, audience } = request;
      return exchange(tools, request, {
        type: 'client_credentials',
        authentication: oauth.ClientSecretPost(textOf(clientSecret, request)),
        // Not in RFC 6749, but some issuers require it [doc].
        parameters: { ...(audience !== undefined && { audience }) },
        secrets: [clientSecret],
        repeatable: 'anytime',
      });
    },
    async refreshToken(request) {
      const before = textOf(request.refreshToken, request);
      let refreshToken: Secret | undefined;
      const grant: Grant = {
        type: 'refresh_token',
        authentication: oauth.None(),
        parameters: { refresh_token: before },
        secrets: [request.refreshToken],
        repeatable: 'unsent',
        invalidGrant: 'needs-login',
        onRefreshToken: (next) => {
          if (next !== before) refreshToken = new Secret(next);
        },
      };
      try {
        const access = await exchange(tools, request, grant);
        return { ...access, ...(refreshToken && { refreshToken }) };
      } catch (failed) {
        if (!refreshToken || !isVendorError(failed)) throw failed;
        return { failed, refreshToken };
      }
    },
    async authorizationCode(request) {
      const { code, verifier, redirectUri } = request;
      let refreshToken: Secret | undefined;
      const access = await exchange(tools, request, {
        type: 'authorization_code',
        authentication: oauth.None(),
        parameters: {
          code: code.reveal(),
          redirect_uri: redirectUri,
          code_verifier: verifier.reveal(),
        },
        secrets: [code, verifier],
        repeatable: 'unsent',
        onRefreshToken: (next) => (refreshToken = new Secret(next)),
      });
      return { ...access, ...(refreshToken && { refreshToken }) };
    },
    authorizationEndpoint: (request) => findAuthorizationEndpoint(tools.http, request),
  };
}

/** Secrets often end in a newline, which is not part of them. */
function textOf(secret: Secret, { connection }: TokenRequest): string {
  const text = secret.reveal().trim();
  if (text !== '') return text;
  throw new VendorError('token', 'token', 'the credential is empty', { context: { connection } });
}

/** One exchange. */
interface Grant {
  readonly type: 'client_credentials' | 'refresh_token' | 'authorization_code';
  readonly authentication: oauth.ClientAuth;
  readonly parameters: Readonly<Record<string, string>>;
  /** Secrets that must not appear in an error's text. */
  readonly secrets: readonly Secret[];
  readonly repeatable: Repeatable;
  /** The kind of error for `invalid_grant`. Defaults to `token`. */
  readonly invalidGrant?: VendorErrorKind;
  /** Called with the refresh token of any answer that has one, errors included. */
  readonly onRefreshToken?: (token: string) => void;
}

async function exchange(
  { http, clock }: TokenTools,
  { provider, tokenUrl, clientId, connection, signal, known }: TokenRequest,
  grant: Grant,
): Promise<AccessToken> {
  const context = { connection, call: `POST ${URL.parse(tokenUrl)?.pathname ?? tokenUrl}` };
  const { secrets, repeatable } = grant;
  known.add(secrets);
  const call = { owner: provider, operation: 'token', url: tokenUrl, context } as const;
  // Before the library reads the address, because its error would have another class.
  http.assertAllowed(call);
  const fail = (kind: VendorErrorKind, why: string) =>
    new VendorError(kind, 'token', why, { context });
  const send = async (_url: string, { body }: { readonly body: URLSearchParams }) => {
    const answer = await http.send({
      ...call,
      method: 'POST',
      form: Object.fromEntries(body),
      known,
      secretsIn: tokensIn,
      repeatable,
      signal,
      kindOf: (status, answered) => kindOf(status, answered, grant),
    });
    const { access_token: token, token_type: type, expires_in: seconds } = membersOf(answer);
    if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
      throw fail('token', 'the token in the answer is not a bearer token');
    }
    // Some endpoints omit these or spell them differently, and the library is strict.
    const conforming = { token_type: 'bearer', expires_in: secondsIn(seconds) };
    return Response.json({ access_token: token, ...conforming });
  };
  // The library requires an issuer. It is not compared with anything, because no ID token is read.
  const server = { issuer: tokenUrl, token_endpoint: tokenUrl };
  const client = { client_id: clientId };
  const startedAt = clock.now();
  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    grant.authentication,
    grant.type,
    grant.parameters,
    // The HTTP client decides which addresses may use plain http.
    { [oauth.customFetch]: send, [oauth.allowInsecureRequests]: true },
  );
  const { access_token: token, expires_in: seconds = unsaidSeconds } = await oauth
    .processGenericTokenEndpointResponse(server, client, response)
    .catch(() => {
      // Without a cause: the library's errors hold the answer.
      throw fail('body', 'the answer has no access token');
    });
  return { token: new Secret(token), expiresAt: startedAt + seconds * 1000 };
}

/** The kind of error of an answer; undefined if it is not an error. */
function kindOf(
  status: number,
  answer: Json | undefined,
  { invalidGrant = 'token', onRefreshToken }: Grant,
): VendorErrorKind | undefined {
  const { access_token: token, refresh_token: next, error, ...more } = membersOf(answer);
  // If bytes were replaced, the token is not usable.
  if (isText(next) && !next.includes('\ufffd')) onRefreshToken?.(next);
  if (isTransientStatus(status)) return 'status';
  // Some endpoints send their errors with status 200.
  if (status < 300 && isText(token)) return undefined;
  if (status < 300 && (error === undefined || error === null)) {
    const { message, detail, error_description: description } = more;
    return [message, detail, description].some(isText) ? 'body' : undefined;
  }
  return error === 'invalid_grant' ? invalidGrant : 'token';
}

/** Tokens in an answer, which may also be an error. */
function tokensIn(answer: Json): readonly Secret[] {
  const { access_token: access, refresh_token: refresh, id_token: id } = membersOf(answer);
  return [access, refresh, id].filter(isText).map((token) => new Secret(token));
}

const membersOf = (answer: Json | undefined): JsonObject => (isJsonObject(answer) ? answer : {});

const isText = (value: Json | undefined): value is string =>
  typeof value === 'string' && value !== '';

/** [guess] Lifetime in seconds of a token whose answer does not have one. */
const unsaidSeconds = 300;
/** A year. A longer lifetime may not be a valid time, which would prevent saving the refresh token. */
const mostSeconds = 365 * 24 * 60 * 60;

/** Some endpoints write the number as text. */
function secondsIn(value: Json | undefined): number {
  const seconds = isText(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0
    ? Math.min(seconds, mostSeconds)
    : unsaidSeconds;
}
