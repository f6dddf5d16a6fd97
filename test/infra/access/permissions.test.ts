import { afterAll, describe, expect, test } from '@jest/globals';
import { Key } from 'aws-cdk-lib/aws-kms';
import { removeApps, resource, resources, statements, template } from '../synthesised.ts';
import type { Statement } from '../synthesised.ts';

afterAll(removeApps);

const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/0f0e0d0c-1111-2222-3333-444455556666';
const stack = template();
const withKeys = template((scope) => ({
  secretKeys: [Key.fromKeyArn(scope, 'Theirs', keyArn)],
}));

/** What all functions may do: they run the same pass. */
const pass = [
  'Announce',
  'KeepLedger',
  'KeepSignIns',
  'ListSecretVersions',
  'ReadDesired',
  'ReadFingerprintKey',
  'ReadSecrets',
  'ReadSecretsTogether',
  'SendWork',
  'WriteLogs',
];

const roles = ['TrueupScheduledRole', 'TrueupStreamRole', 'TrueupQueuedRole'];

const actions = (statement: Statement | undefined) => [statement?.Action ?? []].flat().toSorted();

describe('each function has a role of its own, with', () => {
  test.each([
    ['TrueupScheduledRole', ['ListConnections', 'TellFailures']],
    ['TrueupStreamRole', ['ListStreams', 'ReadStream', 'TellFailures']],
    ['TrueupQueuedRole', ['TakeWork']],
  ])('%s: a pass, its trigger, and nothing else', (role, own) => {
    expect(Object.keys(statements(stack, role)).toSorted()).toEqual([...pass, ...own].toSorted());
    expect(resource(stack, 'AWS::IAM::Role', role).Properties).not.toHaveProperty(
      'ManagedPolicyArns',
    );
  });

  test('no policy beside the role: nothing is added behind its back', () => {
    const beside = Object.values(resources(stack))
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties['Roles']);
    expect(beside).toEqual([{ Ref: resource(stack, 'AWS::IAM::Role', 'TrueupScheduleRole').id }]);
  });
});

describe.each(roles)('%s', (role) => {
  const has = statements(stack, role);

  test('only reads Desired', () => {
    const table = resource(stack, 'AWS::DynamoDB::Table', 'TrueupDesired').id;
    const about = Object.values(has).filter(({ Resource: on }) =>
      JSON.stringify(on).includes(table),
    );
    const allowed = about.flatMap((statement) => actions(statement));
    expect(allowed.every((one) => /:(Query|BatchGetItem|Scan|Get|Describe)/.test(one))).toBe(true);
    expect(actions(has['ReadDesired'])).toEqual(['dynamodb:BatchGetItem', 'dynamodb:Query']);
    expect(has['ReadDesired']?.Resource).toEqual({ 'Fn::GetAtt': [table, 'Arn'] });
  });

  test('keeps the Ledger, item by item', () => {
    const { id } = resource(stack, 'AWS::DynamoDB::Table', 'TrueupLedger');
    expect(has['KeepLedger']?.Resource).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(actions(has['KeepLedger'])).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
    ]);
  });

  test('reads values of secrets beneath the prefix only, and the fingerprint key', () => {
    expect(actions(has['ReadSecrets'])).toEqual([
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
    expect(JSON.stringify(has['ReadSecrets']?.Resource)).toContain(':secret:trueup/*"');
    const { id } = resource(stack, 'AWS::SecretsManager::Secret', 'TrueupFingerprintKey');
    expect(has['ReadFingerprintKey']).toMatchObject({
      Action: 'secretsmanager:GetSecretValue',
      Resource: { Ref: id },
    });
  });

  test('has * only where AWS takes nothing else', () => {
    const starred = Object.values(has).filter(({ Resource: on }) => on === '*');
    const forced = [
      'dynamodb:ListStreams',
      'secretsmanager:BatchGetSecretValue',
      'secretsmanager:ListSecrets',
    ];
    for (const statement of starred)
      expect(forced).toEqual(expect.arrayContaining(actions(statement)));
    const every = Object.values(has).flatMap((statement) => actions(statement));
    expect(every.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('sends to the work queue, and announces on the bus', () => {
    expect(actions(has['SendWork'])).toEqual(['sqs:SendMessage']);
    expect(actions(has['Announce'])).toEqual(['events:PutEvents']);
    expect(JSON.stringify(has['Announce']?.Resource)).toContain(':event-bus/default');
  });

  test('writes its own log group', () => {
    expect(actions(has['WriteLogs'])).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(JSON.stringify(has['WriteLogs']?.Resource)).toContain(role.replace('Role', 'Logs'));
  });

  test('writes no secret, and uses no key, by default', () => {
    expect(JSON.stringify(has)).not.toMatch(/PutSecretValue|kms:/);
  });

  test('keeps sign-ins in Parameter Store, beneath the prefix, and nothing else there', () => {
    expect(actions(has['KeepSignIns'])).toEqual(['ssm:GetParameter', 'ssm:PutParameter']);
    expect(JSON.stringify(has['KeepSignIns']?.Resource)).toContain(':parameter/trueup/*/sign-in"');
    expect(JSON.stringify(has).match(/ssm:/g)).toHaveLength(3);
  });

  test('decrypts with the named keys, through Secrets Manager', () => {
    const { DecryptSecrets: decrypt } = statements(withKeys, role);
    expect(decrypt).toMatchObject({ Action: 'kms:Decrypt', Resource: keyArn });
    expect(JSON.stringify(decrypt?.Condition)).toContain('secretsmanager.');
  });
});

describe('the triggers', () => {
  test('Lambda polls the stream and the queue with the roles of their functions', () => {
    expect(actions(statements(stack, 'TrueupStreamRole')['ReadStream'])).toEqual([
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
    ]);
    expect(actions(statements(stack, 'TrueupQueuedRole')['TakeWork'])).toEqual([
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
  });

  test('the schedule lists connections in the index alone', () => {
    const list = statements(stack, 'TrueupScheduledRole')['ListConnections'];
    expect(actions(list)).toEqual(['dynamodb:Scan']);
    expect(JSON.stringify(list?.Resource)).toContain('/index/provider');
  });

  test('Scheduler may invoke the one function and tell what it could not, from this account only', () => {
    const policy = resource(stack, 'AWS::IAM::Policy', 'TrueupSchedulePolicy').Properties;
    const { Statement: list } = policy['PolicyDocument'] as { Statement: Statement[] };
    expect(list.map(({ Sid }) => Sid)).toEqual(['InvokeScheduled', 'TellFailures']);
    const { Properties } = resource(stack, 'AWS::IAM::Role', 'TrueupScheduleRole');
    expect(Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });
});

describe('the operator policy', () => {
  const statementsOf = (from: typeof stack) => {
    const { Properties } = resource(from, 'AWS::IAM::ManagedPolicy', 'TrueupOperatorPolicy');
    const { Statement: list } = Properties['PolicyDocument'] as { Statement: Statement[] };
    return Object.fromEntries(list.map((one) => [one.Sid, one]));
  };
  const has = statementsOf(stack);

  test('lets people do what the functions do, and declare', () => {
    expect(Object.keys(has).toSorted()).toEqual([
      'Announce',
      'KeepLedger',
      'KeepSignIns',
      'ListConnections',
      'ListSecretVersions',
      'LookAtFailures',
      'ReadFingerprintKey',
      'ReadLogs',
      'ReadOutputs',
      'ReadSecrets',
      'ReadSecretsTogether',
      'Reconcile',
      'RedriveDeadLetters',
      'SeeDashboard',
      'SeeMetrics',
      'SendWork',
      'WriteDesired',
    ]);
    expect(actions(has['WriteDesired'])).toContain('dynamodb:PutItem');
    expect(actions(has['ReadOutputs'])).toEqual([
      'cloudformation:DescribeStacks',
      'cloudformation:GetTemplate',
    ]);
    expect(JSON.stringify(has['ReadOutputs']?.Resource)).toMatch(
      /:cloudformation:.*:stack\/Test\/\*"/,
    );
  });

  test('lets people run the commands of the outputs, and of the runbook', () => {
    const on = (sid: string) => JSON.stringify(has[sid]?.Resource);
    const scheduled = resource(stack, 'AWS::Lambda::Function', 'TrueupScheduled').id;
    expect(actions(has['Reconcile'])).toEqual(['lambda:InvokeFunction']);
    expect(has['Reconcile']?.Resource).toEqual({ 'Fn::GetAtt': [scheduled, 'Arn'] });
    expect(actions(has['ReadLogs'])).toContain('logs:FilterLogEvents');
    for (const name of ['Scheduled', 'Stream', 'Queued']) {
      const { id } = resource(stack, 'AWS::Logs::LogGroup', `Trueup${name}Logs`);
      expect(on('ReadLogs')).toContain(id);
    }
    expect(actions(has['RedriveDeadLetters'])).toEqual([
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ListMessageMoveTasks',
      'sqs:ReceiveMessage',
      'sqs:StartMessageMoveTask',
    ]);
    expect(on('RedriveDeadLetters')).toContain('TrueupDeadLetters');
    expect(on('LookAtFailures')).toContain('TrueupFailures');
  });

  test('lets a login save, and a push remove, what functions save; no role writes a secret', () => {
    expect(JSON.stringify(stack)).not.toMatch(/CreateSecret|PutSecretValue/);
    expect(actions(has['KeepSignIns'])).toEqual([
      'ssm:DeleteParameter',
      'ssm:GetParameter',
      'ssm:PutParameter',
    ]);
  });

  test('is exported', () => {
    expect(stack.toJSON()).toMatchObject({
      Outputs: { TrueupOperatorPolicyArn: { Value: { Ref: expect.stringContaining('Operator') } } },
    });
  });
});
