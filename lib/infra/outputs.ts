import { Aws, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionSet } from './functions/function-set.ts';
import type { PermissionTargets } from './access/permissions.ts';
import type { InfraSettings } from './settings.ts';
import { version } from './version.ts';

/** What the outputs are about. */
export interface OutputSources {
  readonly settings: InfraSettings;
  readonly targets: PermissionTargets;
  readonly functions: FunctionSet;
  readonly operatorPolicy: ManagedPolicy;
  readonly dashboard: Dashboard;
}

/** Outputs with stable names, such as `TrueupDesiredTable`. `trueup --stack` reads them; the commands are for users. */
export function createOutputs(scope: Construct, prefix: string, from: OutputSources): void {
  for (const [name, [value, description]] of Object.entries({
    ...names(from),
    ...commands(from),
  })) {
    new CfnOutput(scope, `Output${name}`, { value, description }).overrideLogicalId(prefix + name);
  }
  // An output is limited to 1 KB, the template to 1 MB, so `trueup --stack` reads this from the template.
  Stack.of(scope).addMetadata(`${prefix}AllowedHosts`, from.settings.allowedHosts);
}

type Outputs = Record<string, readonly [value: string, description: string]>;

function names({
  settings,
  targets,
  functions,
  operatorPolicy,
  dashboard,
}: OutputSources): Outputs {
  const { tables, queues } = targets;
  const { scheduled, stream, queued } = functions;
  const consoleUrl = `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}`;
  return {
    Version: [version(), 'Version of Trueup that was deployed'],
    DesiredTable: [tables.desired.tableName, 'Table of declarations'],
    LedgerTable: [tables.ledger.tableName, 'Table with what Trueup applied and observed'],
    FingerprintSecret: [targets.fingerprintKeyArn, 'Secret with the key of the fingerprints'],
    SecretPrefix: [settings.secretPrefix, "First part of the names of connections' secrets"],
    EventBus: [targets.eventBusArn, "Event bus for Trueup's events"],
    QueueUrl: [queues.work.queueUrl, 'Work queue'],
    QueueArn: [queues.work.queueArn, 'Work queue'],
    DeadLettersUrl: [queues.deadLetters.queueUrl, 'Messages that failed repeatedly'],
    DeadLettersArn: [queues.deadLetters.queueArn, 'Messages that failed repeatedly'],
    FailuresUrl: [queues.failures.queueUrl, 'Records and invocations that could not be processed'],
    FailuresArn: [queues.failures.queueArn, 'Records and invocations that could not be processed'],
    OperatorPolicyArn: [operatorPolicy.managedPolicyArn, 'Policy for users of trueup --stack'],
    ScheduledFunction: [scheduled.function.functionName, 'Function of the schedule'],
    StreamFunction: [stream.function.functionName, "Function of Desired's stream"],
    QueuedFunction: [queued.function.functionName, 'Function of the queue'],
    DashboardUrl: [
      `${consoleUrl}#dashboards/dashboard/${dashboard.dashboardName}`,
      'Outcomes, passes, failures, calls and ages',
    ],
  };
}

function commands({ targets, functions }: OutputSources): Outputs {
  const region = `--region ${Aws.REGION}`;
  const tail = (name: keyof FunctionSet) =>
    `aws logs tail ${functions[name].logGroup.logGroupName} --follow ${region}`;
  return {
    CommandStatus: [
      `trueup status --stack ${Aws.STACK_NAME} ${region}`,
      'Shows which servers are as declared, and which are not',
    ],
    // Without this option, the AWS CLI times out after a minute and invokes the function again.
    CommandReconcile: [
      `aws lambda invoke --cli-read-timeout 0 --function-name ${functions.scheduled.function.functionName} ${region} /dev/stdout`,
      'Runs a pass over every connection now',
    ],
    CommandLogsScheduled: [tail('scheduled'), 'Follows the log of the schedule'],
    CommandLogsStream: [tail('stream'), 'Follows the log of the stream'],
    CommandLogsQueued: [tail('queued'), 'Follows the log of the queue'],
    CommandRedrive: [
      `aws sqs start-message-move-task --source-arn ${targets.queues.deadLetters.queueArn} ${region}`,
      'Sends dead letters back to the work queue',
    ],
  };
}
