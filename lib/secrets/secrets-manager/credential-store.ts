import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Json } from '../../model/json/json.types.ts';
import { secretNameProblem } from '../../model/names/secret-name.ts';
import { Secret } from '../../model/secret.ts';
import { nameOf, secretStoreError, storeProblem } from '../../table/store-errors.ts';
import type { CredentialStore } from '../credential-store.types.ts';

type Value = Readonly<Record<string, Json | Secret>>;

/** `CredentialStore` on AWS Secrets Manager. */
export function credentialStore(options: {
  readonly client: SecretsManagerClient;
  /** First part of all names; defaults to `trueup`. */
  readonly prefix?: string;
}): CredentialStore {
  const { client, prefix = 'trueup' } = options;

  function place(operation: string, connection: string, name: string) {
    const problem = secretNameProblem(name, connection, prefix);
    const call = `SecretsManager ${operation}`;
    // a name that breaks the rule may be anything, and is not repeated
    if (problem === undefined) return { call, store: name, connection };
    throw storeProblem('store-denied', { call, store: prefix, connection }, `the name ${problem}`);
  }

  async function save(connection: string, name: string, value: Value, writeId: string) {
    const at = place('PutSecretValue', connection, name);
    const text = textOf(value);
    const command = new PutSecretValueCommand({
      SecretId: name,
      SecretString: text,
      ClientRequestToken: writeId,
    });
    const answer = await client.send(command).catch((error: unknown) => {
      throw secretStoreError(error, at);
    });
    return { value: new Secret(text), version: answer.VersionId ?? writeId };
  }

  return {
    read: async (connection, name) => {
      const at = place('GetSecretValue', connection, name);
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }))
        .catch((error: unknown) => {
          throw secretStoreError(error, at);
        });
      const { SecretString: text, VersionId: version } = answer;
      if (text === undefined || version === undefined) {
        throw storeProblem('store-malformed', at, 'is binary; only text can be used');
      }
      return { value: new Secret(text), version };
    },
    save,
    create: async (connection, name, value, writeId) => {
      const at = place('CreateSecret', connection, name);
      const text = textOf(value);
      try {
        const input = { Name: name, SecretString: text, ClientRequestToken: writeId };
        const answer = await client.send(new CreateSecretCommand(input));
        return { value: new Secret(text), version: answer.VersionId ?? writeId };
      } catch (error) {
        if (nameOf(error) !== 'ResourceExistsException') throw secretStoreError(error, at);
        // One that was made without a value, or by another process meanwhile.
        return save(connection, name, value, writeId);
      }
    },
  };
}

function textOf(value: Value): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        member instanceof Secret ? member.reveal() : member,
      ]),
    ),
  );
}
