import { Stack, type Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { showFailures, useStoreKeys } from '../access/permissions.ts';
import type { Queues } from '../data/queues.ts';

/**
 * Invokes the function at a fixed interval. An invocation is useless once the next one is due, so it is not retried for
 * long. Undelivered invocations go to Failures.
 */
export function scheduleFunction(
  scope: Construct,
  target: IFunction,
  queues: Queues,
  options: {
    readonly every: Duration;
    readonly tickAge: Duration;
    readonly storeKeys: readonly IKey[];
  },
): CfnSchedule {
  const { every, tickAge, storeKeys } = options;
  const role = new Role(scope, 'ScheduleRole', {
    description: "Trueup's schedule",
    // Only this account's Scheduler may assume this role.
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  // A separate policy, so that the role is created early: Scheduler rejects a role that has not propagated in IAM.
  const policy = new Policy(scope, 'SchedulePolicy', {
    roles: [role],
    statements: [
      // The function itself, not its versions.
      new PolicyStatement({
        sid: 'InvokeScheduled',
        actions: ['lambda:InvokeFunction'],
        resources: [target.functionArn],
      }),
      // Invocations that Lambda did not accept.
      showFailures(queues),
      ...useStoreKeys(storeKeys),
    ],
  });
  const schedule = new CfnSchedule(scope, 'Schedule', {
    description: 'Trueup reconciles every connection',
    scheduleExpression: ScheduleExpression.rate(every).expressionString,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: target.functionArn,
      roleArn: role.roleArn,
      retryPolicy: {
        maximumRetryAttempts: 2,
        maximumEventAgeInSeconds: tickAge.toSeconds(),
      },
      deadLetterConfig: { arn: queues.failures.queueArn },
    },
  });
  schedule.node.addDependency(policy);
  return schedule;
}
