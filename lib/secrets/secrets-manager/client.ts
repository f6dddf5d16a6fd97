import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientConfiguration, type ClientOptions } from '../../table/dynamodb/client.ts';

export function secretsManagerClient(options: ClientOptions = {}): SecretsManagerClient {
  return new SecretsManagerClient(clientConfiguration(options));
}
