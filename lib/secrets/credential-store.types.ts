import type { Json } from '../model/json/json.types.ts';
import type { Secret } from '../model/secret.ts';

/** A connection's own credential, as it is stored in its secret. */
export interface StoredCredential {
  readonly value: Secret;
  readonly version: string;
}

/** Reads and writes back the credentials of connections: refresh tokens, by a pass and by a login. */
export interface CredentialStore {
  /**
   * AWSCURRENT, as it is now.
   *
   * @throws StoreError if it cannot be had; its code is `store-denied` for a name that is not the connection's
   */
  read(connection: string, name: string): Promise<StoredCredential>;
  /**
   * Makes a JSON object the new AWSCURRENT. Members may be `Secret`s: the adapter reveals them.
   *
   * @param writeId - 32 to 64 characters; becomes the version id. The same again with the same value does nothing, so
   * that a save may be repeated
   * @throws StoreError if it was not saved
   */
  save(
    connection: string,
    name: string,
    value: Readonly<Record<string, Json | Secret>>,
    writeId: string,
  ): Promise<StoredCredential>;
  /** The same for a secret that `read` did not find (`store-absent`): it is made, or given its first value. */
  create(
    connection: string,
    name: string,
    value: Readonly<Record<string, Json | Secret>>,
    writeId: string,
  ): Promise<StoredCredential>;
}
