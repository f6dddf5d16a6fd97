import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { functionTimeout } from '../settings.ts';

/** The work queue, and the queues for what could not be processed. */
export interface Queues {
  readonly work: Queue;
  /** Messages of the work queue that failed repeatedly. They can be sent back as they are. */
  readonly deadLetters: Queue;
  /** What never became a message: stream records, invocations of the schedule, events of secrets. For people. */
  readonly failures: Queue;
}

/** How often a message is tried: enough that a store that is down for a while loses none. */
const receives = 5;

export function createQueues(scope: Construct, kmsKey: IKey | undefined): Queues {
  const common = {
    enforceSSL: true,
    ...(kmsKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: kmsKey }),
  };
  const kept = { ...common, retentionPeriod: Duration.days(14) };
  const deadLetters = new Queue(scope, 'DeadLetters', kept);
  const failures = new Queue(scope, 'Failures', kept);
  const work = new Queue(scope, 'Work', {
    ...common,
    retentionPeriod: Duration.days(4),
    // Six times the function's timeout, as Lambda recommends, so that throttled messages do not use up their receives.
    visibilityTimeout: Duration.minutes(6 * functionTimeout.toMinutes()),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: receives },
  });
  return { work, deadLetters, failures };
}
