import { Arn, Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionSet } from '../functions/function-set.ts';
import {
  indexArn,
  keepLedger,
  keepSignIns,
  readSecrets,
  useStoreKeys,
  type PermissionTargets,
} from './permissions.ts';

/** The policy for users of `trueup --stack`. It allows the same as the functions have. */
export function createOperatorPolicy(
  scope: Construct,
  to: PermissionTargets,
  functions: FunctionSet,
  dashboard: Dashboard,
): ManagedPolicy {
  const { desired, ledger } = to.tables;
  const stack = Stack.of(scope);
  return new ManagedPolicy(scope, 'OperatorPolicy', {
    description: `Operates Trueup of stack ${stack.stackName} from the command line`,
    statements: [
      // The stack's outputs have tables, key and queue; its template has the allowed hosts. Callers use the stack's
      // name, not its id.
      new PolicyStatement({
        sid: 'ReadOutputs',
        actions: ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'],
        resources: [stackArns(stack)],
      }),
      // `push` writes declarations, and the other commands read them.
      new PolicyStatement({
        sid: 'WriteDesired',
        actions: ['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'].map(
          (action) => `dynamodb:${action}`,
        ),
        resources: [desired.tableArn],
      }),
      new PolicyStatement({
        sid: 'ListConnections',
        actions: ['dynamodb:Scan'],
        resources: [indexArn(desired)],
      }),
      // `apply`, `approve` and `pause` take the lease and write the ledger, as a function does.
      keepLedger(ledger),
      // A pass on a user's machine calls the vendor itself.
      ...readSecrets(scope, to),
      // `login` saves tokens, and `push --prune` removes them.
      keepSignIns(scope, to, ['DeleteParameter']),
      // For a pass that hands over work or sends retries.
      new PolicyStatement({
        sid: 'SendWork',
        actions: ['sqs:SendMessage'],
        resources: [to.queues.work.queueArn],
      }),
      // For events of its changes.
      new PolicyStatement({
        sid: 'Announce',
        actions: ['events:PutEvents'],
        resources: [to.eventBusArn],
      }),
      ...useStoreKeys(to.storeKeys),
      ...outputCommands(to, functions, dashboard),
    ],
  });
}

/** Permissions for the commands in the outputs, and for the steps of docs/runbook.md. */
function outputCommands(
  { queues }: PermissionTargets,
  { scheduled, stream, queued }: FunctionSet,
  dashboard: Dashboard,
): PolicyStatement[] {
  const logGroups = [scheduled, stream, queued].map(({ logGroup }) => logGroup.logGroupArn);
  const statement = (sid: string, actions: readonly string[], resources: readonly string[]) =>
    new PolicyStatement({ sid, actions: [...actions], resources: [...resources] });
  const take = ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'];
  return [
    statement('Reconcile', ['lambda:InvokeFunction'], [scheduled.function.functionArn]),
    statement('ReadLogs', ['logs:FilterLogEvents', 'logs:StartQuery'], logGroups),
    statement('LookAtFailures', take, [queues.failures.queueArn]),
    // SQS redrives dead letters with the permissions of the caller.
    statement(
      'RedriveDeadLetters',
      [...take, 'sqs:StartMessageMoveTask', 'sqs:ListMessageMoveTasks'],
      [queues.deadLetters.queueArn],
    ),
    statement('SeeDashboard', ['cloudwatch:GetDashboard'], [dashboard.dashboardArn]),
    // AWS accepts only * here.
    statement(
      'SeeMetrics',
      ['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms', 'logs:GetQueryResults'],
      ['*'],
    ),
  ];
}

/** ARNs of a stack with this name and any id. */
function stackArns(stack: Stack): string {
  const resourceName = `${stack.stackName}/*`;
  return Arn.format({ service: 'cloudformation', resource: 'stack', resourceName }, stack);
}
