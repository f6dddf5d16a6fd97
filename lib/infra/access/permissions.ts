import { Arn, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Queues } from '../data/queues.ts';
import { connectionsIndex, type AnyTable, type Tables } from '../data/tables.ts';

/** The resources that permissions name. */
export interface PermissionTargets {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly fingerprintKeyArn: string;
  readonly eventBusArn: string;
  readonly secretPrefix: string;
  readonly secretKeys: readonly IKey[];
  /** Keys of tables, queues and fingerprint key. */
  readonly storeKeys: readonly IKey[];
}

const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ sid, actions: [...actions], resources: [...resources] });

/** ARN of the secrets with this name or pattern; Secrets Manager adds a hyphen and six characters to each name. */
export function secretArn(scope: Construct, name: string): string {
  const parts = { service: 'secretsmanager', resource: 'secret', resourceName: name };
  return Arn.format({ ...parts, arnFormat: ArnFormat.COLON_RESOURCE_NAME }, Stack.of(scope));
}

/** What every function needs, since all of them run the same pass. */
export function passPermissions(scope: Construct, to: PermissionTargets): PolicyStatement[] {
  return [
    // Reads rows of the connection. Only users write Desired.
    readDesired(to.tables.desired),
    // Lease, records, reports and history. No Scan: a pass has the name of its connection.
    keepLedger(to.tables.ledger),
    // Continuations, retries, and connections beyond the inline share.
    allow('SendWork', ['sqs:SendMessage'], [to.queues.work.queueArn]),
    // Events of changes, drift, failures and held plans.
    allow('Announce', ['events:PutEvents'], [to.eventBusArn]),
    ...readSecrets(scope, to),
    keepSignIns(scope, to),
    ...useStoreKeys(to.storeKeys),
  ];
}

/** For the schedule: the sparse index has only the keys of connections. */
export function listConnections(desired: AnyTable): PolicyStatement {
  return allow('ListConnections', ['dynamodb:Scan'], [indexArn(desired)]);
}

/** For Lambda's poller, which reads the stream with the function's role. */
export function readStream({ streamArn }: Tables): PolicyStatement[] {
  const actions = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
  return [
    allow('ReadStream', actions, [streamArn]),
    // Lambda looks for the stream before it polls, and this action takes no resource.
    allow('ListStreams', ['dynamodb:ListStreams'], ['*']),
  ];
}

/** For Lambda's poller of the work queue, and for messages that are made visible again sooner. */
export function takeWork({ work }: Queues): PolicyStatement {
  const actions = [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ChangeMessageVisibility',
  ];
  return allow('TakeWork', actions, [work.queueArn]);
}

/** For Lambda, which sends failed invocations and records with the function's role. */
export function showFailures({ failures }: Queues): PolicyStatement {
  return allow('TellFailures', ['sqs:SendMessage'], [failures.queueArn]);
}

/** Its own log group exists already: CreateLogGroup is not needed. */
export function writeLogs(logGroupArn: string): PolicyStatement {
  return allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroupArn]);
}

/**
 * For Lambda, which creates the network interfaces of a function in a VPC with the function's role; the describe
 * actions do not support resources. The function's own code cannot use these permissions.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function useNetwork(scope: Construct): PolicyStatement[] {
  const actions = [
    'CreateNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'DeleteNetworkInterface',
    'AssignPrivateIpAddresses',
    'UnassignPrivateIpAddresses',
  ].map((action) => `ec2:${action}`);
  const parts = { service: 'lambda', resource: 'function', resourceName: '*' };
  const anyFunction = Arn.format(
    { ...parts, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
    Stack.of(scope),
  );
  return [
    allow('UseNetwork', actions, ['*']),
    new PolicyStatement({
      sid: 'CodeUsesNoNetworkInterfaces',
      effect: Effect.DENY,
      actions,
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': anyFunction } },
    }),
  ];
}

/** X-Ray's write actions do not support resources. */
export function writeTraces(): PolicyStatement {
  return allow('WriteTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
}

export function readDesired(desired: AnyTable): PolicyStatement {
  return allow('ReadDesired', ['dynamodb:Query', 'dynamodb:BatchGetItem'], [desired.tableArn]);
}

export function keepLedger(ledger: AnyTable): PolicyStatement {
  const actions = ['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'];
  return allow(
    'KeepLedger',
    actions.map((action) => `dynamodb:${action}`),
    [ledger.tableArn],
  );
}

export function indexArn(desired: AnyTable): string {
  return `${desired.tableArn}/index/${connectionsIndex}`;
}

/** Reads names and versions of all secrets, and values of the connections' secrets and the fingerprint key. */
export function readSecrets(scope: Construct, to: PermissionTargets): PolicyStatement[] {
  const read = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
  return [
    // The key is outside the prefix, so that no row can refer to it.
    allow('ReadFingerprintKey', ['secretsmanager:GetSecretValue'], [to.fingerprintKeyArn]),
    // Version ids by name prefix. AWS accepts only * here; the answer has names and versions, never values.
    allow('ListSecretVersions', ['secretsmanager:ListSecrets'], ['*']),
    // AWS accepts only * here too; each value also needs GetSecretValue, which is limited to the prefix.
    allow('ReadSecretsTogether', ['secretsmanager:BatchGetSecretValue'], ['*']),
    // Credentials, and the secrets of servers that need a PUT.
    allow('ReadSecrets', read, [secretArn(scope, `${to.secretPrefix}/*`)]),
    // Only for the keys that the user named, and only through Secrets Manager.
    ...viaService('DecryptSecrets', ['kms:Decrypt'], to.secretKeys, ['secretsmanager']),
  ];
}

/** Saves refresh tokens, which must happen before their first use. Nothing is written to Secrets Manager. */
export function keepSignIns(
  scope: Construct,
  to: PermissionTargets,
  more: readonly string[] = [],
): PolicyStatement {
  const parts = { service: 'ssm', resource: 'parameter' };
  const resourceName = `${to.secretPrefix}/*/sign-in`;
  const actions = ['GetParameter', 'PutParameter', ...more].map((action) => `ssm:${action}`);
  return allow('KeepSignIns', actions, [Arn.format({ ...parts, resourceName }, Stack.of(scope))]);
}

/** Permissions for the user's own KMS key of tables, queues and fingerprint key, used through their services. */
export function useStoreKeys(keys: readonly IKey[]): PolicyStatement[] {
  const actions = [
    'Decrypt',
    'DescribeKey',
    'Encrypt',
    'GenerateDataKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ];
  return viaService(
    'UseStoreKeys',
    actions.map((action) => `kms:${action}`),
    keys,
    ['dynamodb', 'sqs', 'secretsmanager'],
  );
}

function viaService(
  sid: string,
  actions: readonly string[],
  keys: readonly IKey[],
  services: readonly string[],
): PolicyStatement[] {
  if (keys.length === 0) return [];
  const statement = allow(
    sid,
    actions,
    keys.map(({ keyArn }) => keyArn),
  );
  statement.addCondition('StringEquals', {
    'kms:ViaService': services.map((service) => `${service}.${Aws.REGION}.amazonaws.com`),
  });
  return [statement];
}
