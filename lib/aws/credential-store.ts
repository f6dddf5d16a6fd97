import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Json } from '../core/json.types.ts';
import { secretNameProblem } from '../core/secret-name.ts';
import { Secret } from '../core/secret.ts';
import { secretStoreError, storeProblem } from './store-errors.ts';

/** A connection's own credentials, as they stand in their secret. */
export interface StoredCredential {
  readonly value: Secret;
  readonly version: string;
}

/** Reads and writes back the credentials of one connection, above all a rotated refresh token. */
export interface CredentialStore {
  /**
   * AWSCURRENT, from this process's cache unless `fresh`.
   *
   * @throws StoreError if it cannot be had; its code is `store-denied` for a name that is not the connection's
   */
  read(name: string, options?: { readonly fresh?: boolean }): Promise<StoredCredential>;
  /**
   * Makes a JSON object the new AWSCURRENT. Members may be `Secret`s: this is where they are revealed.
   *
   * @param clientRequestToken - 32 to 64 characters; becomes the version id. The same again with the same value does
   * nothing, so that a save may be repeated
   * @throws StoreError if it was not saved
   */
  save(
    name: string,
    value: Readonly<Record<string, Json | Secret>>,
    clientRequestToken: string,
  ): Promise<StoredCredential>;
}

/** `CredentialStore` on AWS Secrets Manager. Its cache lives as long as the store does. */
export function credentialStore(options: {
  readonly client: SecretsManagerClient;
  readonly connection: string;
  /** First part of all names; `trueup` unless told. */
  readonly prefix?: string;
  /** Told of each value that was decrypted. */
  readonly onDecrypted?: (count: number) => void;
}): CredentialStore {
  const { client, connection, prefix = 'trueup', onDecrypted } = options;
  const cache = new Map<string, StoredCredential>();

  function place(operation: string, name: string) {
    const problem = secretNameProblem(name, connection, prefix);
    const call = `SecretsManager ${operation}`;
    // a name that breaks the rule may be anything, and is not repeated
    if (problem === undefined) return { call, store: name, connection };
    throw storeProblem('store-denied', { call, store: prefix, connection }, `the name ${problem}`);
  }

  return {
    read: async (name, { fresh = false } = {}) => {
      const at = place('GetSecretValue', name);
      const cached = cache.get(name);
      if (cached && !fresh) return cached;
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }))
        .catch((error: unknown) => {
          throw secretStoreError(error, at);
        });
      onDecrypted?.(1);
      const { SecretString: text, VersionId: version } = answer;
      if (text === undefined || version === undefined) {
        throw storeProblem('store-malformed', at, 'is binary; only text can be used');
      }
      const found = { value: new Secret(text), version };
      cache.set(name, found);
      return found;
    },
    save: async (name, value, clientRequestToken) => {
      const at = place('PutSecretValue', name);
      const text = JSON.stringify(
        Object.fromEntries(
          Object.entries(value).map(([key, member]) => [
            key,
            member instanceof Secret ? member.reveal() : member,
          ]),
        ),
      );
      const command = new PutSecretValueCommand({
        SecretId: name,
        SecretString: text,
        ClientRequestToken: clientRequestToken,
      });
      const answer = await client.send(command).catch((error: unknown) => {
        throw secretStoreError(error, at);
      });
      const saved = { value: new Secret(text), version: answer.VersionId ?? clientRequestToken };
      cache.set(name, saved);
      return saved;
    },
  };
}
