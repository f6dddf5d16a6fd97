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
   * Hosts that credentials and secrets may be sent to, by provider: exactly `host` or `host:port`. A row of Desired can
   * never allow a host. Also list the hosts of token URLs.
   *
   * @example { PROVIDER: ['gateway.example.com', 'auth.example.com'] }
   */
  readonly allowedHosts: Readonly<Record<string, readonly string[]>>;
  /** Time between two scheduled passes, in whole minutes. Defaults to 5 minutes. */
  readonly schedule?: Duration;
  /**
   * Number of connections that the scheduled function reconciles itself, limited to 2,000 servers in total; the others
   * go to the queue. Defaults to 20.
   */
  readonly inlineShare?: number;
  /**
   * Number of connections of its share that the scheduled function reconciles concurrently, from 1 to 1,000. Defaults
   * to 10.
   */
  readonly connectionsAtOnce?: number;
  /** Number of messages of the queue that are processed concurrently, from 2 to 1,000. Defaults to 10. */
  readonly concurrency?: number;
  /** Memory of each function in MiB. Defaults to 512. */
  readonly memory?: number;
  /** First part of the names of connections' secrets and parameters, `<prefix>/<connection>/...`. Defaults to `trueup`. */
  readonly secretPrefix?: string;
  /** KMS keys of the connections' secrets, if they are not encrypted with the account's `aws/secretsmanager` key. */
  readonly secretKeys?: readonly IKey[];
  /** Also handle rotations that CloudTrail reports; needs a trail that logs management events. Defaults to false. */
  readonly cloudTrailRotation?: boolean;
  /** Event bus for Trueup's events. Defaults to the account's default bus. */
  readonly eventBus?: IEventBus;
  /** How long logs are kept. Defaults to a month. */
  readonly logRetention?: RetentionDays;
  /** Topic that is notified when an alarm starts and ends. Without it, alarms notify no one. */
  readonly alarmTopic?: ITopic;
  /** An alarm starts when servers or connections fail longer than this; at most a day. Defaults to 1 hour. */
  readonly failingFor?: Duration;
  /**
   * Percentage of connections, 0 to 50, that may fail, end early or have a held plan before an alarm starts. For large
   * fleets: 0.1 allows 10 of 10,000. Defaults to 0: a single connection starts an alarm.
   */
  readonly failingShare?: number;
  /**
   * Encrypts tables, queues and the fingerprint key. Defaults to AWS's own keys. The key's policy must allow the
   * account's IAM policies to grant access, and `events.amazonaws.com` to decrypt and generate data keys.
   */
  readonly kmsKey?: IKey;
  /**
   * An existing secret with the fingerprint key, such as one retained from an earlier stack. Its name must be outside
   * the secrets' prefix. Defaults to a new one.
   */
  readonly fingerprintKey?: ISecret;
  /** An existing table instead of a new Desired: same keys, index `provider`, and a stream with new and old images. */
  readonly desiredTable?: ITable;
  /** An existing table instead of a new Ledger: same keys, TTL on `ttl`. */
  readonly ledgerTable?: ITable;
  /** What happens to tables and fingerprint key when the stack is deleted. Defaults to retained and protected. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Runs the functions in this VPC, so that they can reach private resources and use its NAT gateways. Its subnets need
   * access to AWS services and to the gateways. Defaults to Lambda's own network.
   */
  readonly vpc?: IVpc;
  /** Subnets of the VPC. Defaults to its private ones. */
  readonly subnets?: SubnetSelection;
  /** Security groups of the functions in the VPC. Defaults to a new one that allows all outbound and no inbound traffic. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** X-Ray's active tracing of the functions. Defaults to false. */
  readonly tracing?: boolean;
  /** Prefix of the stack's outputs, for several deployments in one stack. Defaults to `Trueup`. */
  readonly outputPrefix?: string;
}
