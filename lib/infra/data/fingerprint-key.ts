import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { TrueupReconcilerProps } from '../props.ts';

/**
 * The key of the fingerprints: generated, 64 characters. CloudFormation generates its name, which has no `/`, so it is
 * outside the prefix that connections may use.
 */
export function createFingerprintKey(
  scope: Construct,
  { kmsKey, removalPolicy = RemovalPolicy.RETAIN }: TrueupReconcilerProps,
): Secret {
  return new Secret(scope, 'FingerprintKey', {
    description:
      "Trueup's key for fingerprints of what it applied; if lost, nothing is sent for it",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy,
    ...(kmsKey && { encryptionKey: kmsKey }),
  });
}
