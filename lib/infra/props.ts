import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** The settings of a deployment. All but `allowedHosts` have a default. */
export interface TrueupReconcilerProps {
  /**
   * Hosts that credentials and secrets may go to, by provider: `host` or `host:port`, exactly. A row of Desired alone
   * can never choose a host. This includes token URLs: name the host that signs in, too.
   *
   * @example { PROVIDER: ['gateway.example.com', 'auth.example.com'] }
   */
  readonly allowedHosts: Readonly<Record<string, readonly string[]>>;
  /** Time between two scheduled passes, in whole minutes. Defaults to 5 minutes. */
  readonly schedule?: Duration;
  /**
   * Connections that the scheduled function reconciles itself, less those that have more than 2,000 servers together; the others
   * go to the queue. Defaults to 20.
   */
  readonly inlineShare?: number;
  /** Connections of its share that the scheduled function reconciles at the same time, from 1 to 1,000. Defaults to 10. */
  readonly connectionsAtOnce?: number;
  /** Messages of the queue that are processed at the same time, from 2 to 1,000. Defaults to 10. */
  readonly concurrency?: number;
  /** Memory of each function in MiB. Defaults to 512. */
  readonly memory?: number;
  /** First part of the names of connections' secrets and parameters, `<prefix>/<connection>/...`. Defaults to `trueup`. */
  readonly secretPrefix?: string;
  /** KMS keys that connections' secrets are encrypted with, where it is not the account's own `aws/secretsmanager`. */
  readonly secretKeys?: readonly IKey[];
  /** Also push rotations that CloudTrail reports; needs a trail that logs management events. Defaults to false. */
  readonly cloudTrailRotation?: boolean;
  /** Where Trueup's events go. Defaults to the account's default bus. */
  readonly eventBus?: IEventBus;
  /** How long logs are kept. Defaults to a month. */
  readonly logRetention?: RetentionDays;
  /** Is notified when an alarm begins and when it ends. Without it alarms only change colour. */
  readonly alarmTopic?: ITopic;
  /** Servers or connections that fail longer than this are an alarm, at most a day. Defaults to 1 hour. */
  readonly failingFor?: Duration;
  /**
   * Percent of the connections, 0 to 50, that may fail, end early or have a held plan before the alarms on them go off. In a fleet
   * of thousands there is always one: 0.1 lets 10 of 10,000 fail. Defaults to 0, one is an alarm.
   */
  readonly failingShare?: number;
  /**
   * Encrypts tables, queues and the fingerprint key. Defaults to AWS's own keys. The key's policy must let the account's
   * IAM policies decide, and `events.amazonaws.com` decrypt and generate data keys.
   */
  readonly kmsKey?: IKey;
  /**
   * An existing secret with the fingerprint key, such as one that an earlier stack has left, with the name outside of the
   * secrets' prefix. Defaults to a new one.
   */
  readonly fingerprintKey?: ISecret;
  /** An existing table instead of a new Desired: same keys, index `provider`, and a stream with new and old images. */
  readonly desiredTable?: ITable;
  /** An existing table instead of a new Ledger: same keys, TTL on `ttl`. */
  readonly ledgerTable?: ITable;
  /** What happens to tables and fingerprint key when the stack is deleted. Defaults to retained and protected. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Runs the functions in this VPC, so that they reach what is private in it and leave by its NAT gateways. Its subnets need
   * a way to AWS's services and to the gateways. Defaults to Lambda's own network.
   */
  readonly vpc?: IVpc;
  /** Subnets of the VPC. Defaults to its private ones. */
  readonly subnets?: SubnetSelection;
  /** Security groups of the functions in the VPC. Defaults to a new one that lets all out and none in. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** X-Ray's active tracing of the functions. Defaults to false. */
  readonly tracing?: boolean;
  /** First part of the names of the stack's outputs, for several in one stack. Defaults to `Trueup`. */
  readonly outputPrefix?: string;
}
