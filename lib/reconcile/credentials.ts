import type { Connection } from '../core/desired.types.ts';
import { formatReference } from '../core/secret-reference.ts';
import type { Secret, SecretReference } from '../core/secret.ts';
import type { SecretSource } from './ports/secrets.ts';
import { VendorError } from './ports/vendor-error.ts';

/** Connection credentials and tokens of this process, by connection and reference: a named exception to "never kept". */
export type CredentialCache = Map<string, Secret>;

/** The bearer token of a connection, cached in the running process and read again after a 401. */
export class Credentials {
  /** Credentials that this pass read from the secret store. */
  decrypted = 0;
  readonly #connection: Connection;
  readonly #secrets: SecretSource;
  readonly #cache: CredentialCache;

  constructor(connection: Connection, secrets: SecretSource, cache: CredentialCache) {
    this.#connection = connection;
    this.#secrets = secrets;
    this.#cache = cache;
  }

  /** @throws VendorError of kind `token` if the secret cannot be had */
  async token({ renew }: { renew: boolean }): Promise<Secret> {
    const { auth } = this.#connection;
    switch (auth.type) {
      case 'bearer':
        return this.#secret(auth.token, renew);
      case 'client-credentials':
      case 'refresh-token':
        throw new VendorError('token', 'token', `auth type ${auth.type} is not supported yet`);
    }
  }

  async #secret(reference: SecretReference, fresh: boolean): Promise<Secret> {
    const key = `${this.#connection.name} ${formatReference(reference)}`;
    const cached = this.#cache.get(key);
    if (cached && !fresh) return cached;
    const [found] = await this.#secrets.values(this.#connection.name, [reference]);
    if (!found?.found) {
      const why = found?.message ?? 'no answer';
      throw new VendorError('token', 'token', `secret ${formatReference(reference)}: ${why}`);
    }
    this.decrypted += 1;
    this.#cache.set(key, found.value);
    return found.value;
  }
}
