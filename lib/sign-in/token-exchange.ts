import type { Json, JsonObject } from '../core/json.types.ts';
import { isJsonObject } from '../core/json.ts';
import { Secret } from '../core/secret.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import type {
  AccessToken,
  AuthorizationCodeRequest,
  ClientCredentialsRequest,
  RefreshedToken,
  RefreshTokenRequest,
  TokenExchange,
  TokenRequest,
} from './token-exchange.types.ts';
import type { VendorErrorKind } from '../reconcile/ports/vendor-error.ts';
import { VendorError } from '../reconcile/ports/vendor-error.ts';
import type { Attempt, HttpClient } from '../providers/http/client.ts';
import { findAuthorizationEndpoint } from './discovery.ts';

/** What the exchanges are made with. */
export interface TokenTools {
  readonly http: HttpClient;
  readonly clock: Pick<Clock, 'now'>;
}

/** The token exchanges, over the shared client. */
export function createTokenExchange(tools: TokenTools): TokenExchange {
  return {
    clientCredentials: (request) => exchangeClientCredentials(tools, request),
    refreshToken: (request) => exchangeRefreshToken(tools, request),
    authorizationCode: (request) => exchangeAuthorizationCode(tools, request),
    authorizationEndpoint: (request) => findAuthorizationEndpoint(tools.http, request),
  };
}

/** [guess] How long a token holds whose answer does not say so, in seconds. */
const unsaidSeconds = 300;
/** A year. What an answer says beyond may be no time at all, and a refresh token is saved beside it. */
const mostSeconds = 365 * 24 * 60 * 60;

/**
 * RFC 6749, 4.4: a form with `client_id`, `client_secret` and, as Barndoor has it, `audience` [doc].
 *
 * @throws VendorError as {@link TokenExchange} says
 */
export async function exchangeClientCredentials(
  tools: TokenTools,
  request: ClientCredentialsRequest,
): Promise<AccessToken> {
  const { clientId, clientSecret, audience } = request;
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret.reveal().trim(),
    ...(audience !== undefined && { audience }),
  };
  const { access } = await exchangeForm(tools, request, {
    form,
    secrets: [clientSecret],
    repeatable: 'anytime',
    kindOf: (status) => (isTransient(status) ? 'status' : 'token'),
  });
  return access;
}

/**
 * RFC 6749, 6: a form with `client_id` and `refresh_token`, which may rotate [doc].
 *
 * @throws VendorError as {@link TokenExchange} says
 */
export async function exchangeRefreshToken(
  tools: TokenTools,
  request: RefreshTokenRequest,
): Promise<RefreshedToken> {
  const { clientId, refreshToken } = request;
  const text = refreshToken.reveal().trim();
  const { access, answer } = await exchangeForm(tools, request, {
    form: { grant_type: 'refresh_token', client_id: clientId, refresh_token: text },
    secrets: [refreshToken],
    repeatable: 'unsent',
    kindOf: (status, body) => {
      if (isTransient(status)) return 'status';
      return isJsonObject(body) && body['error'] === 'invalid_grant' ? 'needs-login' : 'token';
    },
  });
  return withRefreshToken(access, answer, text);
}

/**
 * RFC 6749, 4.1.3, with PKCE (RFC 7636, 4.5), as a public client.
 *
 * @throws VendorError as {@link TokenExchange} says
 */
export async function exchangeAuthorizationCode(
  tools: TokenTools,
  request: AuthorizationCodeRequest,
): Promise<RefreshedToken> {
  const { clientId, code, verifier, redirectUri } = request;
  const { access, answer } = await exchangeForm(tools, request, {
    form: {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: code.reveal(),
      redirect_uri: redirectUri,
      code_verifier: verifier.reveal(),
    },
    secrets: [code, verifier],
    repeatable: 'unsent',
    kindOf: (status) => (isTransient(status) ? 'status' : 'token'),
  });
  return withRefreshToken(access, answer);
}

function withRefreshToken(
  access: AccessToken,
  { refresh_token: next }: JsonObject,
  before?: string,
): RefreshedToken {
  const isNew = typeof next === 'string' && next !== '' && next !== before;
  return isNew ? { ...access, refreshToken: new Secret(next) } : access;
}

type Exchange = Required<Pick<Attempt, 'form' | 'secrets' | 'repeatable' | 'kindOf'>>;

async function exchangeForm(
  { http, clock }: TokenTools,
  { provider, tokenUrl, connection, signal }: TokenRequest,
  exchange: Exchange,
): Promise<{ readonly access: AccessToken; readonly answer: JsonObject }> {
  const context = { connection };
  const fail = (kind: VendorErrorKind, why: string) =>
    new VendorError(kind, 'token', why, { context });
  const startedAt = clock.now();
  const answer: Json = await http.send({
    ...exchange,
    owner: provider,
    operation: 'token',
    method: 'POST',
    url: tokenUrl,
    signal,
    context,
  });
  const { access_token: token, token_type: type } = isJsonObject(answer) ? answer : {};
  if (!isJsonObject(answer) || typeof token !== 'string' || token === '') {
    throw fail('body', 'the token endpoint answered without an access token');
  }
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    throw fail('token', 'the token endpoint gave a token that is no bearer token');
  }
  const expiresAt = startedAt + secondsIn(answer['expires_in']) * 1000;
  return { access: { token: new Secret(token), expiresAt }, answer };
}

/** Some endpoints write the number as text. */
function secondsIn(value: Json | undefined): number {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0
    ? Math.min(seconds, mostSeconds)
    : unsaidSeconds;
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
