import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { functionTimeout } from '../settings.ts';

/** The work queue, and the queues for what could not be processed. */
export interface Queues {
  readonly work: Queue;
  /** Messages of the work queue that failed repeatedly. They can be redriven unchanged. */
  readonly deadLetters: Queue;
  /** Failures that are not messages: stream records, scheduled invocations and events of secrets. For operators. */
  readonly failures: Queue;
}

/** Maximum receives of a message; enough that no message is lost while a store is down for a while. */
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
