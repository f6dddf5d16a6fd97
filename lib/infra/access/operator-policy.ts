import { Arn, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  indexArn,
  keepLedger,
  keepRefreshTokens,
  makeRefreshTokens,
  readSecrets,
  useStoreKeys,
  type PermissionTargets,
} from './permissions.ts';

/** What people need for `trueup --stack`, to be attached to them. It permits what the functions may do. */
export function createOperatorPolicy(scope: Construct, to: PermissionTargets): ManagedPolicy {
  const { desired, ledger } = to.tables;
  const stack = Stack.of(scope);
  return new ManagedPolicy(scope, 'OperatorPolicy', {
    description: `Operates Trueup of stack ${stack.stackName} from the command line`,
    statements: [
      // The stack's outputs name tables, key and queue. A caller asks by name, without the stack's id.
      new PolicyStatement({
        sid: 'ReadOutputs',
        actions: ['cloudformation:DescribeStacks'],
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
      ...keepRefreshTokens(scope, to),
      // `login` creates the secrets that are named for refresh tokens. Functions never create one.
      ...makeRefreshTokens(scope, to),
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
    ],
  });
}

/** ARNs of a stack with this name, with any id. */
function stackArns(stack: Stack): string {
  const resourceName = `${stack.stackName}/*`;
  return Arn.format({ service: 'cloudformation', resource: 'stack', resourceName }, stack);
}
