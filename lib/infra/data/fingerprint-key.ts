import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { TrueupReconcilerProps } from '../props.ts';

/** A new secret or an existing one. */
export type AnySecret = Secret | ISecret;

/**
 * The fingerprint key: the user's, or a new generated one of 64 characters. CloudFormation generates its name, which
 * has no `/`, so it is outside the prefix that connections may use. If the creation of the stack fails, the new key is
 * not retained, because it protects nothing yet.
 */
export function fingerprintKeyOf(scope: Construct, props: TrueupReconcilerProps): AnySecret {
  const { fingerprintKey, kmsKey, removalPolicy } = props;
  if (fingerprintKey) return fingerprintKey;
  const isDestroyed = removalPolicy === RemovalPolicy.DESTROY;
  return new Secret(scope, 'FingerprintKey', {
    description: "Trueup's key for fingerprints of applied values",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy: isDestroyed ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(kmsKey && { encryptionKey: kmsKey }),
  });
}
