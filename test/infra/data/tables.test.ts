import { afterAll, describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { propsOf } from '../../../lib/infra/context.ts';
import {
  allowedHosts,
  removeApps,
  resource,
  resources,
  statements,
  template,
} from '../synthesised.ts';

afterAll(removeApps);

const tableType = 'AWS::DynamoDB::Table';
const stack = template();

describe('the tables', () => {
  test.each(['TrueupDesired', 'TrueupLedger'])('%s is safe by itself', (name) => {
    const { Properties, DeletionPolicy } = resource(stack, tableType, name);
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
      KeySchema: [
        { AttributeName: 'connection', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
    });
    expect(DeletionPolicy).toBe('Retain');
  });

  test('Desired streams new and old images, and lists its connections in a sparse index', () => {
    const { Properties } = resource(stack, tableType, 'TrueupDesired');
    expect(Properties).toMatchObject({
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'provider',
          KeySchema: [
            { AttributeName: 'provider', KeyType: 'HASH' },
            { AttributeName: 'connection', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    expect(Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('the Ledger expires by ttl and has no stream: what Trueup writes never triggers it', () => {
    const { Properties } = resource(stack, tableType, 'TrueupLedger');
    expect(Properties['TimeToLiveSpecification']).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(Properties).not.toHaveProperty('StreamSpecification');
  });

  test('are kept although their creation is rolled back, which deletion protection would make fail; the key is not', () => {
    for (const name of ['TrueupDesired', 'TrueupLedger']) {
      expect(resource(stack, tableType, name).DeletionPolicy).toBe('Retain');
    }
    const key = resource(stack, 'AWS::SecretsManager::Secret', 'TrueupFingerprintKey');
    expect(key.DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('an existing fingerprint key is used, and no other is made', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:KeptKey-a1B2c3';
    const kept = template((scope) => propsOf(scope, { allowedHosts, fingerprintKeyArn: arn }));
    const types = Object.values(resources(kept)).map(({ Type }) => Type);
    expect(types).not.toContain('AWS::SecretsManager::Secret');
    const { Properties } = resource(kept, 'AWS::Lambda::Function', 'TrueupQueued');
    expect(Properties).toMatchObject({
      Environment: { Variables: { TRUEUP_FINGERPRINT_SECRET: arn } },
    });
    const { ReadFingerprintKey } = statements(kept, 'TrueupQueuedRole');
    expect(ReadFingerprintKey?.Resource).toBe(arn);
    expect(kept.toJSON()).toMatchObject({ Outputs: { TrueupFingerprintSecret: { Value: arn } } });
  });

  test('a removal policy of destroy takes the protection away as well', () => {
    const temporary = template({ removalPolicy: RemovalPolicy.DESTROY });
    for (const name of ['TrueupDesired', 'TrueupLedger']) {
      const { Properties, DeletionPolicy } = resource(temporary, tableType, name);
      expect(Properties['DeletionProtectionEnabled']).toBe(false);
      expect(DeletionPolicy).toBe('Delete');
    }
    const secret = resource(temporary, 'AWS::SecretsManager::Secret', 'TrueupFingerprintKey');
    expect(secret.DeletionPolicy).toBe('Delete');
  });

  test('a key of the user encrypts tables, queues and fingerprint key', () => {
    const arn = 'arn:aws:kms:eu-central-1:123456789012:key/0f0e0d0c-1111-2222-3333-444455556666';
    const keyed = template((scope) => ({ kmsKey: Key.fromKeyArn(scope, 'Key', arn) }));
    const { Properties } = resource(keyed, tableType, 'TrueupDesired');
    expect(Properties['SSESpecification']).toEqual({
      KMSMasterKeyId: arn,
      SSEEnabled: true,
      SSEType: 'KMS',
    });
    for (const name of ['TrueupWork', 'TrueupDeadLetters', 'TrueupFailures']) {
      expect(queue(keyed, name)).toMatchObject({ KmsMasterKeyId: arn });
    }
    const secret = resource(keyed, 'AWS::SecretsManager::Secret', 'TrueupFingerprintKey');
    expect(secret.Properties['KmsKeyId']).toBe(arn);
  });

  test('existing tables are used as they are, with the stream of Desired', () => {
    const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/rows';
    const existing = template((scope) => ({
      desiredTable: Table.fromTableAttributes(scope, 'Rows', {
        tableArn: arn,
        tableStreamArn: `${arn}/stream/2026`,
      }),
      ledgerTable: Table.fromTableName(scope, 'Book', 'book'),
    }));
    const types = Object.values(resources(existing)).map(({ Type }) => Type);
    expect(types).not.toContain(tableType);
    expect(
      resource(existing, 'AWS::Lambda::EventSourceMapping', 'TrueupStream').Properties,
    ).toMatchObject({ EventSourceArn: `${arn}/stream/2026` });
  });

  test('an existing Desired without a stream is refused', () => {
    const without = () =>
      template((scope) => ({ desiredTable: Table.fromTableName(scope, 'Rows', 'rows') }));
    expect(without).toThrow('desiredTable must have a stream with new and old images');
  });
});

function queue(from: ReturnType<typeof template>, name: string) {
  const found = Object.entries(resources(from)).find(
    ([id, { Type }]) => Type === 'AWS::SQS::Queue' && id.startsWith(name),
  );
  return found?.[1].Properties;
}
