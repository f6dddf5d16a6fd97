import type { Secret } from '../../core/secret.ts';
import type { Provider } from './provider.ts';

/** An access token, as long as it holds. Renew it about a minute before it ends. */
export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch, counted from before the exchange. */
  readonly expiresAt: number;
}

export interface RefreshedToken extends AccessToken {
  /**
   * The refresh token to use from now on; absent if it did not change. The old one may be used up already: save this
   * one before anything else.
   */
  readonly refreshToken?: Secret;
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
}

export interface ClientCredentialsRequest extends TokenRequest {
  readonly clientSecret: Secret;
  readonly audience?: string;
}

export interface RefreshTokenRequest extends TokenRequest {
  readonly refreshToken: Secret;
}

/**
 * The OAuth exchanges, on the wire only: who caches tokens, keeps refresh tokens and holds the lease is not its affair.
 * Both throw `VendorError` with operation `token` and nothing else.
 *
 * | kind | when |
 * |---|---|
 * | `needs-login` | `invalid_grant` for a refresh token |
 * | `token` | any other 4xx, or an answer with something that is no bearer token |
 * | `status` | 408, 429, 5xx |
 * | `timeout`, `cut`, `body` | no usable answer; a refresh token may have been used up |
 * | `no-route`, `tls`, `redirect`, `host`, `aborted` | as for any call |
 */
export interface TokenExchange {
  clientCredentials(request: ClientCredentialsRequest): Promise<AccessToken>;
  /** Never repeated but where no connection opened: the first of two exchanges uses the token up. */
  refreshToken(request: RefreshTokenRequest): Promise<RefreshedToken>;
}
