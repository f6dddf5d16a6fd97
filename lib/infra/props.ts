import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** What a deployment decides; all but `allowedHosts` has a default. */
export interface TrueupReconcilerProps {
  /**
   * Hosts that credentials and secrets may go to, by provider: `host` or `host:port`, exactly. A row of Desired alone
   * can never choose a host. Token URLs count: name the host that signs in, too.
   *
   * @example { barndoor: ['acme.platform.barndoor.ai', 'auth.barndoor.ai'] }
   */
  readonly allowedHosts: Readonly<Record<string, readonly string[]>>;
  /** Time between two scheduled passes, in whole minutes; 5 minutes unless told. */
  readonly schedule?: Duration;
  /** Connections that the scheduled function reconciles itself; the others go to the queue. 20 unless told. */
  readonly inlineShare?: number;
  /** Connections of its share that the scheduled function reconciles at the same time, from 1 to 1,000; 10 unless told. */
  readonly connectionsAtOnce?: number;
  /** Messages of the queue that are worked at the same time, from 2 to 1,000; 10 unless told. */
  readonly concurrency?: number;
  /** Memory of each function in MiB; 512 unless told. */
  readonly memory?: number;
  /** First part of the names of connections' secrets, `<prefix>/<connection>/...`; `trueup` unless told. */
  readonly secretPrefix?: string;
  /** KMS keys that connections' secrets are encrypted with, where it is not the account's own `aws/secretsmanager`. */
  readonly secretKeys?: readonly IKey[];
  /**
   * Names of the secrets that hold refresh tokens: only these may be written. `*` stands for any text, such as
   * `trueup/acme-*`. None unless told, and then nothing in Secrets Manager can be written.
   */
  readonly refreshTokenSecrets?: readonly string[];
  /** Also push a rotation when CloudTrail tells of it; needs a trail that logs management events. False unless told. */
  readonly cloudTrailRotation?: boolean;
  /** Where Trueup's events go; the account's default bus unless told. */
  readonly eventBus?: IEventBus;
  /** How long logs are kept; a month unless told. */
  readonly logRetention?: RetentionDays;
  /** Is told when an alarm goes off and when it is over; without it alarms only change colour. */
  readonly alarmTopic?: ITopic;
  /** Servers or connections that fail longer than this are an alarm, at most a day; 1 hour unless told. */
  readonly failingFor?: Duration;
  /**
   * Encrypts tables, queues and the fingerprint key; AWS's own keys unless told. The key's policy must let the account's
   * IAM policies decide, and `events.amazonaws.com` decrypt and generate data keys.
   */
  readonly kmsKey?: IKey;
  /** An existing table instead of a new Desired: same keys, index `provider`, and a stream with new and old images. */
  readonly desiredTable?: ITable;
  /** An existing table instead of a new Ledger: same keys, TTL on `ttl`. */
  readonly ledgerTable?: ITable;
  /** What becomes of tables and fingerprint key with the stack; retained and protected from deletion unless told. */
  readonly removalPolicy?: RemovalPolicy;
  /** X-Ray's active tracing of the functions; false unless told. */
  readonly tracing?: boolean;
  /** First part of the names of the stack's outputs, for several in one stack; `Trueup` unless told. */
  readonly outputPrefix?: string;
}
