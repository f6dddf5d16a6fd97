import { AwsFault, textOf } from '../aws-json.ts';
import { seconds } from './listing.ts';
import type { SecretVersion, StoredSecret } from './versions.ts';

/** The first members of every answer about a secret. */
export const nameOf = (secret: StoredSecret) => ({ ARN: secret.arn, Name: secret.name });

/** A version with its value, as GetSecretValue and BatchGetSecretValue answer it. */
export const valueOf = (secret: StoredSecret, version: SecretVersion) => ({
  ...nameOf(secret),
  ...version.value,
  VersionId: version.id,
  VersionStages: version.stages,
  CreatedDate: seconds(version.created),
});

/** The value in a request, if it has one. @throws AwsFault InvalidParameterException when it has two */
export function secretValue(input: Record<string, unknown>): SecretVersion['value'] | undefined {
  const SecretString = textOf(input, 'SecretString');
  const SecretBinary = textOf(input, 'SecretBinary');
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsFault(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value.",
    );
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}
