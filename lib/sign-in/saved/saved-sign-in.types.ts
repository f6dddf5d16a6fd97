import type { Secret } from '../../model/secret.ts';
import type { AccessToken } from '../token-exchange.types.ts';

/** The saved tokens of a connection's last exchange or login. */
export interface SavedSignIn {
  readonly refreshToken: Secret;
  /** Absent if the last exchange returned none, or if it was too large to save. */
  readonly access?: AccessToken | undefined;
  /** Digest of the part of the declaration that identifies the issuer; for another issuer the tokens are not used. */
  readonly origin: string;
  /**
   * Version of the declared secret when these tokens were saved; undefined if there was none. A newer version takes
   * precedence.
   */
  readonly seedVersion?: string | undefined;
}

/** Stores the tokens that Trueup rewrites often, by connection, separate from the secrets that users write. */
export interface SignInStore {
  /** The saved sign-in; undefined if there is none. @throws StoreError */
  read(connection: string): Promise<SavedSignIn | undefined>;
  /** Replaces the saved sign-in. Idempotent. @throws StoreError */
  save(connection: string, signIn: SavedSignIn): Promise<void>;
  /** Does nothing if nothing was saved. @throws StoreError */
  remove(connection: string): Promise<void>;
  /**
   * The place of the saved sign-in for output, such as `parameter /trueup/acme/sign-in`. @throws StoreError if nothing
   * can be saved
   */
  place(connection: string): string;
}
