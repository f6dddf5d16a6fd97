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

/** For people: what `trueup --stack` needs, to attach to whom it concerns. Whoever has it can do what the functions can. */
export function createOperatorPolicy(scope: Construct, to: PermissionTargets): ManagedPolicy {
  const { desired, ledger } = to.tables;
  const stack = Stack.of(scope);
  return new ManagedPolicy(scope, 'OperatorPolicy', {
    description: `Operates Trueup of stack ${stack.stackName} from the command line`,
    statements: [
      // Names of tables, key and queue stand in the stack's outputs. Asked for by name, the stack has no id yet.
      new PolicyStatement({
        sid: 'ReadOutputs',
        actions: ['cloudformation:DescribeStacks'],
        resources: [stackArns(stack)],
      }),
      // `push` writes declarations, and the other commands read them.
      new PolicyStatement({
        sid: 'WriteDesired',
        actions: ['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
          (action) => `dynamodb:${action}`,
        ),
        resources: [desired.tableArn],
      }),
      new PolicyStatement({
        sid: 'ListConnections',
        actions: ['dynamodb:Scan'],
        resources: [indexArn(desired)],
      }),
      // `apply`, `approve` and `pause` hold the lease and write the ledger, as a function does.
      keepLedger(ledger),
      // A pass from a laptop calls the vendor itself.
      ...readSecrets(scope, to),
      ...keepRefreshTokens(scope, to),
      // `login` makes the secrets that are named for refresh tokens. Functions never make one.
      ...makeRefreshTokens(scope, to),
      // A pass that hands over, or whose retries come soon.
      new PolicyStatement({
        sid: 'SendWork',
        actions: ['sqs:SendMessage'],
        resources: [to.queues.work.queueArn],
      }),
      // What it changed is announced as well.
      new PolicyStatement({
        sid: 'Announce',
        actions: ['events:PutEvents'],
        resources: [to.eventBusArn],
      }),
      ...useStoreKeys(to.storeKeys),
    ],
  });
}

/** ARNs of a stack of this name, whichever its id. */
function stackArns(stack: Stack): string {
  const resourceName = `${stack.stackName}/*`;
  return Arn.format({ service: 'cloudformation', resource: 'stack', resourceName }, stack);
}
