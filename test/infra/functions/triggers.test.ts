import { afterAll, describe, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { readSettings } from '../../../functions/settings.ts';
import { allowedHosts, removeApps, resource, resources, template } from '../synthesised.ts';

afterAll(removeApps);

const stack = template();
const names = ['TrueupScheduled', 'TrueupStream', 'TrueupQueued'];
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queueId = (name: string) => resource(stack, 'AWS::SQS::Queue', name).id;

describe.each(names)('the function %s', (name) => {
  const { Properties } = resource(stack, 'AWS::Lambda::Function', name);

  test('has five minutes on Node 24, arm64, and a log group with retention', () => {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 300,
      MemorySize: 512,
      Handler: 'index.handler',
    });
    const logs = resource(stack, 'AWS::Logs::LogGroup', `${name}Logs`);
    expect(logs.Properties['RetentionInDays']).toBe(30);
    expect(Properties['LoggingConfig']).toEqual({ LogGroup: { Ref: logs.id } });
  });

  test('has every variable that the functions read, and no others but Powertools’', () => {
    const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
    const asked = new Set<string>();
    const environment = new Proxy(
      {},
      {
        get: (_target, variable) => {
          asked.add(String(variable));
          return '1';
        },
      },
    );
    readSettings(environment);
    const given = Object.keys(Variables).filter((variable) => variable.startsWith('TRUEUP_'));
    // The hosts are beside the code, where there is room for them.
    expect([...given, 'TRUEUP_ALLOWED_HOSTS'].toSorted()).toEqual([...asked].toSorted());
    expect(Object.keys(Variables).filter((variable) => !given.includes(variable))).toEqual([
      'POWERTOOLS_SERVICE_NAME',
    ]);
  });

  test('has settings that fit', () => {
    const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
    const texts = Object.fromEntries(
      Object.entries(Variables).map(([variable, value]) => [
        variable,
        typeof value === 'string' ? value : 'token',
      ]),
    );
    const hosts = { TRUEUP_ALLOWED_HOSTS: 'barndoor=acme.platform.barndoor.ai' };
    expect(readSettings({ ...texts, ...hosts })).toMatchObject({
      secretPrefix: 'trueup',
      inlineShare: 20,
      connectionsAtOnce: 10,
      queueUrl: 'token',
      eventBus: 'token',
    });
    expect(Variables['TRUEUP_QUEUE_URL']).toEqual({ Ref: queueId('TrueupWork') });
  });
});

test('only the function of the queue may invoke itself through the queue', () => {
  const of = (name: string) => resource(stack, 'AWS::Lambda::Function', name).Properties;
  expect(of('TrueupQueued')['RecursiveLoop']).toBe('Allow');
  for (const name of ['TrueupScheduled', 'TrueupStream']) {
    expect(of(name)).not.toHaveProperty('RecursiveLoop');
  }
});

describe('the schedule', () => {
  const { Properties } = resource(stack, 'AWS::Scheduler::Schedule', 'TrueupSchedule');

  test('is every five minutes, and a tick that is late is dropped', () => {
    expect(Properties).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: arnOf(resource(stack, 'AWS::Lambda::Function', 'TrueupScheduled').id),
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 },
        DeadLetterConfig: { Arn: arnOf(queueId('TrueupFailures')) },
      },
    });
  });

  test('comes after its role and the policy; the role waits for nothing, so that IAM knows it by then', () => {
    const role = resource(stack, 'AWS::IAM::Role', 'TrueupScheduleRole');
    const policy = resource(stack, 'AWS::IAM::Policy', 'TrueupSchedulePolicy');
    const ids = Object.keys(resources(stack));
    const named = ids.filter((id) => JSON.stringify(role).includes(`"${id}"`));
    expect(named.filter((id) => id !== role.id)).toEqual([]);
    expect(policy.Properties['Roles']).toEqual([{ Ref: role.id }]);
    const { DependsOn } = resource(stack, 'AWS::Scheduler::Schedule', 'TrueupSchedule');
    expect(DependsOn).toContain(policy.id);
  });

  test('Lambda repeats no asynchronous invocation, keeps none for long, and tells of it', () => {
    const config = resource(stack, 'AWS::Lambda::EventInvokeConfig', 'TrueupScheduled');
    expect(config.Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: { OnFailure: { Destination: arnOf(queueId('TrueupFailures')) } },
    });
  });
});

test('a rare schedule keeps its ticks for an hour: Lambda would refuse to keep them for longer than six', () => {
  const rare = template({ schedule: Duration.hours(8) });
  expect(resource(rare, 'AWS::Lambda::EventInvokeConfig', 'Trueup').Properties).toMatchObject({
    MaximumEventAgeInSeconds: 3600,
  });
  expect(resource(rare, 'AWS::Scheduler::Schedule', 'Trueup').Properties).toMatchObject({
    ScheduleExpression: 'rate(8 hours)',
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 3600 } },
  });
});

describe('the stream', () => {
  const { Properties } = resource(stack, 'AWS::Lambda::EventSourceMapping', 'TrueupStream');

  test('comes in small batches, whose failures are told apart and bounded', () => {
    expect(Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 2,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3600,
      DestinationConfig: { OnFailure: { Destination: arnOf(queueId('TrueupFailures')) } },
    });
  });

  test('lets only connections and servers through', () => {
    const { Filters } = Properties['FilterCriteria'] as { Filters: { Pattern: string }[] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
      { dynamodb: { Keys: { item: { S: ['connection', { prefix: 'server#' }] } } } },
    ]);
  });
});

describe('the queue', () => {
  test('gives one message at a time, to a bounded number of functions', () => {
    const mapping = resource(stack, 'AWS::Lambda::EventSourceMapping', 'TrueupQueue');
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: arnOf(queueId('TrueupWork')),
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('hides a message for six timeouts, and gives it up after five receives', () => {
    expect(resource(stack, 'AWS::SQS::Queue', 'TrueupWork').Properties).toMatchObject({
      VisibilityTimeout: 1800,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(queueId('TrueupDeadLetters')),
        maxReceiveCount: 5,
      },
      SqsManagedSseEnabled: true,
    });
  });

  test.each(['TrueupDeadLetters', 'TrueupFailures'])('%s keeps for two weeks', (name) => {
    expect(resource(stack, 'AWS::SQS::Queue', name).Properties).toMatchObject({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
  });
});

describe('rotation', () => {
  test('of a secret beneath the prefix, to AWSCURRENT, goes to the queue', () => {
    const { Properties } = resource(stack, 'AWS::Events::Rule', 'TrueupRotation');
    expect(Properties).toMatchObject({
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        detail: { name: [{ prefix: 'trueup/' }], labelUpdated: ['AWSCURRENT'] },
      },
      Targets: [
        {
          Arn: arnOf(queueId('TrueupWork')),
          DeadLetterConfig: { Arn: arnOf(queueId('TrueupFailures')) },
        },
      ],
    });
  });

  test("by CloudTrail's events too, if wanted", () => {
    const trail = template({ cloudTrailRotation: true, secretPrefix: 'gateways' });
    const { Properties } = resource(trail, 'AWS::Events::Rule', 'TrueupRotationByCloudTrail');
    const byName = { prefix: 'gateways/' };
    const either = [byName, { wildcard: 'arn:*:secret:gateways/*' }];
    expect(Properties['EventPattern']).toEqual({
      source: ['aws.secretsmanager'],
      'detail-type': ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
      detail: {
        eventName: [
          'PutSecretValue',
          'UpdateSecret',
          'UpdateSecretVersionStage',
          'CreateSecret',
          'RotationSucceeded',
        ],
        $or: [
          { requestParameters: { secretId: either } },
          { requestParameters: { name: [byName] } },
          { additionalEventData: { SecretId: either } },
        ],
      },
    });
  });
});

describe('props', () => {
  test('change what they say', () => {
    const other = template({
      schedule: Duration.minutes(1),
      inlineShare: 3,
      connectionsAtOnce: 4,
      concurrency: 50,
      memory: 1024,
      logRetention: RetentionDays.ONE_YEAR,
      tracing: true,
    });
    expect(resource(other, 'AWS::Scheduler::Schedule', 'Trueup').Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
    });
    expect(resource(other, 'AWS::Lambda::Function', 'TrueupQueued').Properties).toMatchObject({
      MemorySize: 1024,
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { TRUEUP_INLINE_SHARE: '3', TRUEUP_CONNECTIONS_AT_ONCE: '4' } },
    });
    const mapping = resource(other, 'AWS::Lambda::EventSourceMapping', 'TrueupQueue');
    expect(mapping.Properties['ScalingConfig']).toEqual({ MaximumConcurrency: 50 });
    const logs = resource(other, 'AWS::Logs::LogGroup', 'TrueupStreamLogs');
    expect(logs.Properties['RetentionInDays']).toBe(365);
  });

  test.each([
    [{ allowedHosts: {} }, 'allowedHosts must be set: the hosts that'],
    [{ allowedHosts: { barndoor: [] } }, 'such as { "alloy": ["gateway.example.com"] }'],
    [{ allowedHosts: undefined as never }, 'The providers are alloy, barndoor, contextforge'],
    [{ allowedHosts: { barndor: ['x'] } }, "'barndor' is not one of alloy, barndoor, contextforge"],
    [{ allowedHosts: { ...allowedHosts, Alloy: [] } }, "'Alloy' is not one of alloy, barndoor,"],
    [{ allowedHosts: { constructor: ['x'] } }, "'constructor' is not one of"],
    [{ allowedHosts: { barndoor: ['https://x'] } }, "exact hosts: 'https://x' is not one"],
    [{ allowedHosts: { barndoor: ['*.example'] } }, "exact hosts: '*.example' is not one"],
    [{ allowedHosts: { 'a,b=c': ['x'] } }, "lists of hosts by provider: 'a,b=c' is not one of"],
    [{ allowedHosts, connectionsAtOnce: 0 }, 'connectionsAtOnce must be a whole number from 1'],
    [{ allowedHosts, concurrency: 1 }, 'concurrency must be a whole number from 2 to 1000'],
    [{ allowedHosts, schedule: Duration.seconds(90) }, 'schedule must be a whole number'],
    [{ allowedHosts, secretPrefix: 'a/b' }, 'secretPrefix must be one name segment'],
    [{ allowedHosts, secretPrefix: 'a+b' }, 'secretPrefix must be one name segment'],
    [{ allowedHosts, secretPrefix: 'AWS-x' }, "that does not begin with 'aws' or 'ssm'"],
  ])('%j does not fit', (props, message) => {
    expect(() => template(props)).toThrow(message);
  });
});
