import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { nameOf, secretStoreError } from '../../table/store-errors.ts';

/** Writes secrets on behalf of a user or a rotation. */
export interface SecretWriter {
  /** Creates the secret, or adds a new AWSCURRENT version. @throws StoreError, which does not have the value */
  write(name: string, text: string): Promise<void>;
}

/** `SecretWriter` on Secrets Manager. */
export function secretWriter(client: SecretsManagerClient): SecretWriter {
  return {
    write: async (name, text) => {
      try {
        await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text }));
      } catch (error) {
        const at = { call: 'SecretsManager PutSecretValue', store: name };
        if (nameOf(error) !== 'ResourceNotFoundException') throw secretStoreError(error, at);
        await create(client, name, text);
      }
    },
  };
}

async function create(client: SecretsManagerClient, name: string, text: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
  } catch (error) {
    throw secretStoreError(error, { call: 'SecretsManager CreateSecret', store: name });
  }
}
