import { Match, Rule, type EventPattern } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { Queues } from '../data/queues.ts';

/** Sends events of secrets below the prefix to the work queue, unchanged. */
export function pushRotations(
  scope: Construct,
  { work, failures }: Queues,
  options: { readonly secretPrefix: string; readonly cloudTrail: boolean },
): readonly Rule[] {
  const { secretPrefix, cloudTrail } = options;
  const target = () => new SqsQueue(work, { deadLetterQueue: failures });
  const moved = new Rule(scope, 'Rotation', {
    description: "AWSCURRENT moved to another version of a connection's secret",
    eventPattern: {
      source: ['aws.secretsmanager'],
      detailType: ['Secret Label Updated'],
      detail: { name: Match.prefix(`${secretPrefix}/`), labelUpdated: ['AWSCURRENT'] },
    },
    targets: [target()],
  });
  if (!cloudTrail) return [moved];
  const told = new Rule(scope, 'RotationByCloudTrail', {
    description: "CloudTrail reports a new value of a connection's secret",
    eventPattern: cloudTrailPattern(secretPrefix),
    targets: [target()],
  });
  return [moved, told];
}

/** A call has the secret's name or ARN; a successful rotation has its ARN. */
function cloudTrailPattern(prefix: string): EventPattern {
  const named = [{ prefix: `${prefix}/` }];
  const either = [...named, { wildcard: `arn:*:secret:${prefix}/*` }];
  return {
    source: ['aws.secretsmanager'],
    detailType: ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
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
        { requestParameters: { name: named } },
        { additionalEventData: { SecretId: either } },
      ],
    },
  };
}
