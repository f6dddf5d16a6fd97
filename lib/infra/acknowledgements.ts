import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { FunctionSet } from './functions/function-set.ts';
import type { InfraSettings } from './settings.ts';
import type { Queues } from './data/queues.ts';

/** The parts of the stack with acknowledged findings. */
export interface Acknowledged {
  readonly settings: InfraSettings;
  readonly functions: FunctionSet;
  readonly queues: Queues;
  readonly operatorPolicy: IConstruct;
  readonly fingerprintKey: IConstruct;
  readonly queueTrigger: IConstruct;
}

const anyResource =
  'ListSecrets, BatchGetSecretValue, ListStreams and X-Ray do not support resources; values are limited by GetSecretValue';

/** Accepts findings of cdk-nag's AwsSolutions and Serverless, one by one, each with its reason. */
export function acknowledgeFindings(scope: Construct, found: Acknowledged): void {
  const { settings, functions, queues } = found;
  const { secretPrefix: prefix } = settings;
  const arns = [
    shownArn(scope, 'secretsmanager', `secret:${prefix}/*`),
    shownArn(scope, 'ssm', `parameter/${prefix}/*/sign-in`),
  ];
  for (const role of [...Object.values(functions).map((one) => one.role), found.operatorPolicy]) {
    accept(role, 'AwsSolutions-IAM5[Resource::*]', anyResource);
    for (const arn of arns) {
      accept(
        role,
        `AwsSolutions-IAM5[Resource::${arn}]`,
        'Rows refer to secrets below the prefix at run time; nothing outside of it can be read or written',
      );
    }
  }
  const stack = shownArn(scope, 'cloudformation', `stack/${Stack.of(scope).stackName}/*`);
  accept(
    found.operatorPolicy,
    `AwsSolutions-IAM5[Resource::${stack}]`,
    'Only the id of this stack, which callers that use its name do not know',
  );
  for (const one of Object.values(functions)) {
    accept(one.role, 'Serverless-LambdaStarPermissions', anyResource);
    accept(
      one.function,
      'Serverless-LambdaDLQ',
      'The schedule has an on-failure destination, and the stream and the queue have their own; another one would stay empty',
    );
    accept(
      one.function,
      'Serverless-LambdaTracing',
      'Off unless the prop tracing is set; there is no tracer in the bundle, and log lines have calls and durations',
    );
  }
  const ends =
    'It is itself a dead-letter queue: its messages wait for an operator, whom an alarm notifies';
  accept(queues.failures, 'AwsSolutions-SQS3', ends);
  accept(queues.failures, 'Serverless-SQSRedrivePolicy', ends);
  accept(queues.deadLetters, 'Serverless-SQSRedrivePolicy', ends);
  accept(
    found.queueTrigger,
    'Serverless-LambdaEventSourceMappingDestination',
    'SQS event source mappings do not have one; the queue redrives to DeadLetters',
  );
  accept(
    found.fingerprintKey,
    'AwsSolutions-SMG4',
    'After each rotation the whole fleet is fingerprinted again, so the key is rotated manually if it may have been exposed',
  );
}

function accept(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}

/** An ARN as cdk-nag prints it, with placeholders for CloudFormation's values. */
function shownArn(scope: Construct, service: string, resource: string): string {
  const { region, account } = Stack.of(scope);
  const shown = (value: string, parameter: string) =>
    Token.isUnresolved(value) ? `<AWS::${parameter}>` : value;
  const place = `${shown(region, 'Region')}:${shown(account, 'AccountId')}`;
  return `arn:<AWS::Partition>:${service}:${place}:${resource}`;
}
