import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type ITable,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { TrueupReconcilerProps } from '../props.ts';

/** A new table or an existing one. */
export type AnyTable = Table | ITable;

/** The two tables. */
export interface Tables {
  readonly desired: AnyTable;
  /** The stream of Desired, which triggers the stream function. */
  readonly streamArn: string;
  readonly ledger: AnyTable;
}

/** The sparse index of Desired: only connection items have the attribute `provider`. */
export const connectionsIndex = 'provider';

/** Creates Desired and Ledger, or uses the existing ones. @throws Error if an existing Desired has no stream */
export function createTables(scope: Construct, props: TrueupReconcilerProps): Tables {
  const desired = props.desiredTable ?? createDesired(scope, props);
  const streamArn = desired.tableStreamArn;
  if (streamArn === undefined) {
    throw new Error(
      'Trueup: desiredTable must have a stream with new and old images; set its ARN as tableStreamArn',
    );
  }
  return { desired, streamArn, ledger: props.ledgerTable ?? createLedger(scope, props) };
}

function createDesired(scope: Construct, props: TrueupReconcilerProps): Table {
  const table = new Table(scope, 'Desired', {
    ...common(props),
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
  });
  table.addGlobalSecondaryIndex({
    indexName: connectionsIndex,
    partitionKey: { name: 'provider', type: AttributeType.STRING },
    sortKey: { name: 'connection', type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  return table;
}

function createLedger(scope: Construct, props: TrueupReconcilerProps): Table {
  return new Table(scope, 'Ledger', { ...common(props), timeToLiveAttribute: 'ttl' });
}

function common({ removalPolicy = RemovalPolicy.RETAIN, kmsKey }: TrueupReconcilerProps) {
  return {
    partitionKey: { name: 'connection', type: AttributeType.STRING },
    sortKey: { name: 'item', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
    // Also retained on rollback of their creation, which would fail because the tables are protected.
    removalPolicy,
    ...encryption(kmsKey),
  };
}

function encryption(kmsKey: IKey | undefined) {
  return kmsKey === undefined
    ? { encryption: TableEncryption.AWS_MANAGED }
    : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: kmsKey };
}
