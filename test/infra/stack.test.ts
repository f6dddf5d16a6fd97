import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { readContext } from '../../lib/infra/context.ts';
import { TrueupStack } from '../../lib/infra/stack.ts';
import { removeApps, resource, resources, unbundledApp } from './synthesised.ts';

afterAll(removeApps);

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as {
  context: Record<string, unknown>;
};

/** The stack that `cdk deploy` makes, with what `trueup` of cdk.json says besides. */
function deployed(more: object = {}): Template {
  const app = unbundledApp({ context });
  const trueup = readContext({ ...(context['trueup'] as object), ...more });
  return Template.fromStack(new TrueupStack(app, 'Trueup', { trueup }));
}

const asConfigured = deployed();

describe('what would lose data', () => {
  /**
   * Logical ids, and the properties whose change has CloudFormation make a new table or a new value. If this fails, a
   * deployment replaces somebody's table or key: migrate, do not update the text.
   */
  test('is as it was: no table or secret is renamed or replaced', () => {
    const identities = Object.entries(resources(asConfigured))
      .filter(([, { Type }]) =>
        /^AWS::(DynamoDB::(Global)?Table|SecretsManager::Secret)$/.test(Type),
      )
      .map(([id, { Type, Properties, DeletionPolicy }]) => ({
        id,
        Type,
        DeletionPolicy,
        ...identity(Properties),
      }));
    expect(identities).toEqual([
      {
        id: 'TrueupDesiredEC2FE618',
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'Retain',
        keys: [
          { AttributeName: 'connection', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
        attributes: ['connection: S', 'item: S', 'provider: S'],
      },
      {
        id: 'TrueupLedgerBDCB7B80',
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'Retain',
        keys: [
          { AttributeName: 'connection', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
        attributes: ['connection: S', 'item: S'],
      },
      {
        id: 'TrueupFingerprintKey7CAB0E73',
        Type: 'AWS::SecretsManager::Secret',
        DeletionPolicy: 'RetainExceptOnCreate',
        generated: { ExcludePunctuation: true, PasswordLength: 64 },
      },
    ]);
  });
});

function identity(properties: Record<string, unknown>) {
  const attributes = properties['AttributeDefinitions'] as
    { AttributeName: string; AttributeType: string }[] | undefined;
  const seen = {
    tableName: properties['TableName'],
    secretName: properties['Name'],
    keys: properties['KeySchema'],
    localIndexes: properties['LocalSecondaryIndexes'],
    attributes: attributes?.map((one) => `${one.AttributeName}: ${one.AttributeType}`),
    generated: properties['GenerateSecretString'],
  };
  return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined));
}

test('names nothing itself, so that stacks in one account do not collide', () => {
  const literal = Object.entries(resources(asConfigured)).flatMap(([id, { Type, Properties }]) =>
    Object.entries(Properties)
      .filter(([key, value]) => /(^|[a-z])Name$/.test(key) && typeof value === 'string')
      .map(([key]) => `${Type.split('::').at(-1)} ${id}: ${key}`),
  );
  // A policy within a role is named within that role.
  const harmless = /^(Alarm .*: MetricName|Policy .*: PolicyName)$/;
  expect(literal.filter((one) => !harmless.test(one))).toEqual([]);
});

describe("cdk.json's context", () => {
  test('says the same as the props', () => {
    const account = 'eu-central-1:123456789012';
    const key = `arn:aws:kms:${account}:key/0f0e0d0c-1111-2222-3333-444455556666`;
    const table = `arn:aws:dynamodb:${account}:table`;
    const stack = deployed({
      scheduleMinutes: 15,
      inlineShare: 5,
      connectionsAtOnce: 3,
      concurrency: 7,
      memory: 1024,
      secretPrefix: 'gateways',
      secretKeyArns: [key],
      cloudTrailRotation: true,
      eventBusArn: `arn:aws:events:${account}:event-bus/mine`,
      logRetentionDays: 90,
      alarmTopicArn: `arn:aws:sns:${account}:pager`,
      failingForMinutes: 30,
      kmsKeyArn: key,
      desiredTable: { arn: `${table}/rows`, streamArn: `${table}/rows/stream/1`, keyArn: key },
      ledgerTable: { arn: `${table}/book` },
      removalPolicy: 'destroy',
      tracing: true,
    });
    const { Properties } = resource(stack, 'AWS::Lambda::Function', 'TrueupScheduled');
    expect(Properties).toMatchObject({
      MemorySize: 1024,
      TracingConfig: { Mode: 'Active' },
      Environment: {
        Variables: {
          TRUEUP_DESIRED_TABLE: 'rows',
          TRUEUP_LEDGER_TABLE: 'book',
          TRUEUP_SECRET_PREFIX: 'gateways',
          TRUEUP_INLINE_SHARE: '5',
          TRUEUP_CONNECTIONS_AT_ONCE: '3',
          TRUEUP_EVENT_BUS: `arn:aws:events:${account}:event-bus/mine`,
        },
      },
    });
    const schedule = resource(stack, 'AWS::Scheduler::Schedule', 'Trueup').Properties;
    expect(schedule['ScheduleExpression']).toBe('rate(15 minutes)');
    const failing = resource(stack, 'AWS::CloudWatch::Alarm', 'TrueupServersFailing').Properties;
    expect(failing).toMatchObject({ Threshold: 1800, AlarmActions: [expect.any(String)] });
    const secret = resource(stack, 'AWS::SecretsManager::Secret', 'TrueupFingerprintKey');
    expect(secret).toMatchObject({ DeletionPolicy: 'Delete', Properties: { KmsKeyId: key } });
  });

  test('may be JSON, as `cdk -c` gives it', () => {
    expect(readContext('{"allowedHosts":{"alloy":["x"]}}')).toEqual({
      allowedHosts: { alloy: ['x'] },
    });
  });

  test.each([
    [undefined, 'Trueup: allowedHosts must be set: the hosts that credentials may be sent to'],
    [
      { allowedHosts: { acme: ['x'] } },
      "Trueup: allowedHosts must be lists of hosts by provider: 'acme'",
    ],
  ])('%j is refused by the construct, which says what to add', (value, message) => {
    const trueup = readContext(value);
    expect(() => new TrueupStack(unbundledApp(), 'Trueup', { trueup })).toThrow(message);
  });

  test.each([
    ['[]', 'expected object'],
    [{ allowedHosts: {}, shedule: 5 }, 'Unrecognized key: "shedule"'],
    [{ allowedHosts: {}, kmsKeyArn: 'alias/x' }, 'must be an ARN'],
    [{ allowedHosts: {}, logRetentionDays: 31 }, 'logRetentionDays'],
  ])('%j is refused with the reason', (value, message) => {
    expect(() => readContext(value)).toThrow(message);
  });
});

describe('outputs', () => {
  test('have names that stay, and commands to look at it', () => {
    const { Outputs: outputs } = asConfigured.toJSON() as { Outputs: Record<string, unknown> };
    expect(Object.keys(outputs).toSorted()).toEqual([
      'TrueupCommandLogsQueued',
      'TrueupCommandLogsScheduled',
      'TrueupCommandLogsStream',
      'TrueupCommandReconcile',
      'TrueupCommandRedrive',
      'TrueupCommandStatus',
      'TrueupDashboardUrl',
      'TrueupDeadLettersArn',
      'TrueupDeadLettersUrl',
      'TrueupDesiredTable',
      'TrueupEventBus',
      'TrueupFailuresArn',
      'TrueupFailuresUrl',
      'TrueupFingerprintSecret',
      'TrueupLedgerTable',
      'TrueupOperatorPolicyArn',
      'TrueupQueueArn',
      'TrueupQueueUrl',
      'TrueupQueuedFunction',
      'TrueupScheduledFunction',
      'TrueupSecretPrefix',
      'TrueupStreamFunction',
      'TrueupVersion',
    ]);
  });

  const valueOf = (name: string) => {
    const { Outputs: outputs } = asConfigured.toJSON() as {
      Outputs: Record<string, { Value: unknown }>;
    };
    return JSON.stringify(outputs[name]?.Value);
  };

  test('have the version of the package, with which a command line compares its own', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(valueOf('TrueupVersion')).toBe(JSON.stringify(version));
  });

  test('have no command that invokes twice: AWS’s command line repeats an invocation after a minute', () => {
    expect(valueOf('TrueupCommandReconcile')).toContain('lambda invoke --cli-read-timeout 0 ');
  });
});
