import type { Secret } from '../model/secret.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import type { Provider } from '../gateways/provider.ts';
import type { VendorError } from '../model/errors/vendor-error.ts';

/** An access token with its expiry. Renew it about a minute before it expires. */
export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch, counted from before the exchange. */
  readonly expiresAt: number;
}

export interface RefreshedToken extends AccessToken {
  /**
   * The refresh token to use from now on; absent if it did not change. Save it first, because the old one may be
   * invalid.
   */
  readonly refreshToken?: Secret;
}

/** A new refresh token from an answer without a usable access token. */
export interface RotatedOnly {
  /** Why there is no access token. */
  readonly failed: VendorError;
  /** As in {@link RefreshedToken}: the old one may be invalid. */
  readonly refreshToken: Secret;
}

/** The parameters of a token request. */
export interface TokenRequest {
  /** The token endpoint must be on an allowed host of this provider. */
  readonly provider: Pick<Provider, 'name' | 'documentedHosts'>;
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Name of the connection, for errors. */
  readonly connection: string;
  readonly signal: AbortSignal;
  /** Receives what is sent and received, so that no error's text contains it. */
  readonly known: KnownSecrets;
}

export interface ClientCredentialsRequest extends TokenRequest {
  readonly clientSecret: Secret;
  readonly audience?: string;
}

export interface RefreshTokenRequest extends TokenRequest {
  readonly refreshToken: Secret;
}

export interface AuthorizationCodeRequest extends TokenRequest {
  /** The authorization code, which is valid once. */
  readonly code: Secret;
  /** PKCE's `code_verifier`. */
  readonly verifier: Secret;
  /** Exactly as in the authorization request. */
  readonly redirectUri: string;
}

/** The parameters to find the authorization endpoint. */
export interface AuthorizationEndpointRequest extends Omit<TokenRequest, 'clientId'> {
  readonly authorizeUrl?: string;
}

/**
 * The OAuth requests only; callers cache tokens, save refresh tokens and hold the lease. All methods throw only
 * `VendorError` with operation `token`.
 *
 * | kind | when |
 * |---|---|
 * | `needs-login` | `invalid_grant` for a refresh token |
 * | `token` | any other 4xx, an error with status 200, or a token that is not a bearer token |
 * | `status` | 408, 429, 5xx |
 * | `timeout`, `cut`, `body` | no usable answer; a refresh token may have been invalidated |
 * | `no-route`, `tls`, `redirect`, `host`, `aborted` | as for any call |
 */
export interface TokenExchange {
  clientCredentials(request: ClientCredentialsRequest): Promise<AccessToken>;
  /** Retried only if no connection was opened, because the first exchange invalidates the token. */
  refreshToken(request: RefreshTokenRequest): Promise<RefreshedToken | RotatedOnly>;
  /** Retried only if no connection was opened. `refreshToken` is absent if the provider returned none. */
  authorizationCode(request: AuthorizationCodeRequest): Promise<RefreshedToken>;
  /**
   * The address to open in a browser: the declared one, or the one from OpenID discovery for this token endpoint. It
   * must be on one of the provider's allowed hosts.
   *
   * @returns undefined if none is declared, and no discovery document names the token endpoint
   */
  authorizationEndpoint(request: AuthorizationEndpointRequest): Promise<string | undefined>;
}
