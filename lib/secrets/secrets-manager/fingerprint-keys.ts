import { createSecretKey } from 'node:crypto';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FingerprintKey, FingerprintKeys } from '../../model/fingerprint.types.ts';
import { nameOf, secretStoreError, storeProblem } from '../../table/store-errors.ts';

const minimumBytes = 32;

/**
 * The deployment's fingerprint key from its secret, which is outside the prefix that connections may use. Version
 * AWSCURRENT makes fingerprints, AWSPREVIOUS can still verify; a key's id is its version id. The key is the UTF-8 text
 * of the value, at least 32 bytes long, such as a generated password.
 *
 * @throws StoreError if there is no secret, it cannot be read, or it is too short
 */
export async function loadFingerprintKeys(options: {
  readonly client: SecretsManagerClient;
  readonly secret: string;
}): Promise<FingerprintKeys> {
  const { client, secret } = options;
  const at = { call: 'SecretsManager GetSecretValue', store: secret };

  async function version(stage: string): Promise<FingerprintKey | undefined> {
    const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
    try {
      const { VersionId: id, SecretString: text, SecretBinary: bytes } = await client.send(command);
      const key = text === undefined ? bytes : new TextEncoder().encode(text);
      if (id === undefined || key === undefined || key.length < minimumBytes) return undefined;
      return { id, key: createSecretKey(key) };
    } catch (error) {
      if (stage === 'AWSPREVIOUS' && nameOf(error) === 'ResourceNotFoundException') {
        return undefined;
      }
      throw secretStoreError(error, at);
    }
  }

  const current = await version('AWSCURRENT');
  if (!current) {
    const problem = `the fingerprint key has fewer than ${minimumBytes} bytes`;
    throw storeProblem('store-malformed', at, problem);
  }
  const previous = await version('AWSPREVIOUS');
  return { current, previous: previous ? [previous] : [] };
}
