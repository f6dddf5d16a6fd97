import { DeleteSecretCommand, RestoreSecretCommand } from '@aws-sdk/client-secrets-manager';
import { secretsManagerClient } from '../../lib/secrets/secrets-manager/client.ts';
import type { TestWorld } from './world.ts';

type Placed = Pick<TestWorld, 'endpoints'>;

/** Marks a secret for deletion, as a person in the console does. */
export const deleteSecret = ({ endpoints }: Placed, name: string) =>
  secretsManagerClient(endpoints.secretsManager).send(new DeleteSecretCommand({ SecretId: name }));

export const restoreSecret = ({ endpoints }: Placed, name: string) =>
  secretsManagerClient(endpoints.secretsManager).send(new RestoreSecretCommand({ SecretId: name }));
