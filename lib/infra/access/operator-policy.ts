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

/** What people need for `trueup --stack`, to be attached to them. It permits what the functions may do. */
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
      // The stack's outputs name tables, key and queue, its template the allowed hosts. A caller asks by name, without its id.
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
      // A pass from a laptop calls the vendor itself.
      ...readSecrets(scope, to),
      // `login` saves what a person brought back, and `push --prune` removes it.
      keepSignIns(scope, to, ['DeleteParameter']),
      // A pass that hands over, or whose retries come soon.
      new PolicyStatement({
        sid: 'SendWork',
        actions: ['sqs:SendMessage'],
        resources: [to.queues.work.queueArn],
      }),
      // Events of what it changed.
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

/** What the commands among the outputs need, and the steps of docs/runbook.md. */
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
    // SQS moves dead letters back with the rights of the caller.
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

/** ARNs of a stack with this name, with any id. */
function stackArns(stack: Stack): string {
  const resourceName = `${stack.stackName}/*`;
  return Arn.format({ service: 'cloudformation', resource: 'stack', resourceName }, stack);
}
