import type { Secret } from '../../model/secret.ts';
import type { AccessToken } from '../token-exchange.types.ts';

/** What Trueup itself writes of a connection's sign-in: the tokens of the last exchange or login. */
export interface SavedSignIn {
  readonly refreshToken: Secret;
  /** Absent where the last exchange gave none, or where there was no room for it. */
  readonly access?: AccessToken | undefined;
  /** Digest of the part of the declaration that says whose tokens these are: of another one they are not used. */
  readonly origin: string;
  /** Version of the declared secret that these tokens came after; undefined if there was none. A new one comes first. */
  readonly seedVersion?: string | undefined;
}

/** Keeps the tokens that Trueup rewrites all day, by connection, apart from the secrets that people write. */
export interface SignInStore {
  /** As it is now; undefined if nothing was saved. @throws StoreError */
  read(connection: string): Promise<SavedSignIn | undefined>;
  /** In place of what is there. The same again does no harm, so a save may be repeated. @throws StoreError */
  save(connection: string, signIn: SavedSignIn): Promise<void>;
  /** Does nothing if nothing was saved. @throws StoreError */
  remove(connection: string): Promise<void>;
  /** Where it is, for people, such as `parameter /trueup/acme/sign-in`. @throws StoreError if nothing can be saved */
  place(connection: string): string;
}
