import type { Secret } from '../model/secret.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import type { Provider } from '../gateways/provider.ts';
import type { VendorError } from '../model/errors/vendor-error.ts';

/** An access token, as long as it holds. Renew it about a minute before it ends. */
export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch, counted from before the exchange. */
  readonly expiresAt: number;
}

export interface RefreshedToken extends AccessToken {
  /**
   * The refresh token to use from now on; absent if it did not change. The old one may be used up already: save this
   * one first.
   */
  readonly refreshToken?: Secret;
}

/** A new refresh token that came with an answer which has no access token, or none that can be used. */
export interface RotatedOnly {
  /** Why there is no access token. */
  readonly failed: VendorError;
  /** As in {@link RefreshedToken}: the old one may be used up already. */
  readonly refreshToken: Secret;
}

/** Where a token comes from, and for whom. */
export interface TokenRequest {
  /** Whose hosts the token endpoint must be among. */
  readonly provider: Pick<Provider, 'name' | 'documentedHosts'>;
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Name of the connection, for errors. */
  readonly connection: string;
  readonly signal: AbortSignal;
  /** Gets what is sent and received: no error's text may repeat it. */
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
  /** What the provider sent the browser back with; it works once. */
  readonly code: Secret;
  /** PKCE's `code_verifier`. */
  readonly verifier: Secret;
  /** As it was in the authorization request, to the letter. */
  readonly redirectUri: string;
}

/** What decides where a person signs in. */
export interface AuthorizationEndpointRequest extends Omit<TokenRequest, 'clientId'> {
  readonly authorizeUrl?: string;
}

/**
 * The OAuth exchanges, on the wire only: who caches tokens, keeps refresh tokens and holds the lease is not its affair.
 * All throw `VendorError` with operation `token` only.
 *
 * | kind | when |
 * |---|---|
 * | `needs-login` | `invalid_grant` for a refresh token |
 * | `token` | any other 4xx, an error with status 200, or something that is not a bearer token |
 * | `status` | 408, 429, 5xx |
 * | `timeout`, `cut`, `body` | no usable answer; a refresh token may have been used up |
 * | `no-route`, `tls`, `redirect`, `host`, `aborted` | as for any call |
 */
export interface TokenExchange {
  clientCredentials(request: ClientCredentialsRequest): Promise<AccessToken>;
  /** Never repeated but where no connection opened: the first of two exchanges uses the token up. */
  refreshToken(request: RefreshTokenRequest): Promise<RefreshedToken | RotatedOnly>;
  /** Never repeated but where no connection opened. Without `refreshToken` the provider gave none. */
  authorizationCode(request: AuthorizationCodeRequest): Promise<RefreshedToken>;
  /**
   * The address to open in a browser: the declared one, else what OpenID discovery says for this token endpoint. Either
   * is on one of the provider's allowed hosts.
   *
   * @returns undefined if none is declared, and no discovery document above `tokenUrl` names that token endpoint
   */
  authorizationEndpoint(request: AuthorizationEndpointRequest): Promise<string | undefined>;
}
