import { Duration } from 'aws-cdk-lib';
import {
  EventSourceMapping,
  FilterCriteria,
  StartingPosition,
  type IFunction,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Queues } from '../data/queues.ts';
import type { Tables } from '../data/tables.ts';

/** Connects Desired's stream to its function. */
export function triggerByStream(
  scope: Construct,
  target: IFunction,
  { streamArn }: Tables,
  { failures }: Queues,
): EventSourceMapping {
  return new EventSourceMapping(scope, 'StreamTrigger', {
    target,
    eventSourceArn: streamArn,
    // Includes rows that were written while the stack was created.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    // A push of many rows arrives in few batches, and a single change within seconds.
    maxBatchingWindow: Duration.seconds(2),
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // Limited, because a failing record would block its shard for a day. The schedule handles it instead.
    retryAttempts: 10,
    maxRecordAge: Duration.hours(1),
    onFailure: new SqsDlq(failures),
    filters: [
      FilterCriteria.filter({
        dynamodb: { Keys: { item: { S: ['connection', { prefix: 'server#' }] } } },
      }),
    ],
  });
}

/** Connects the work queue to its function, one message at a time, so that each can use the whole time of the function. */
export function triggerByQueue(
  scope: Construct,
  target: IFunction,
  { work }: Queues,
  concurrency: number,
): EventSourceMapping {
  return new EventSourceMapping(scope, 'QueueTrigger', {
    target,
    eventSourceArn: work.queueArn,
    batchSize: 1,
    maxConcurrency: concurrency,
    reportBatchItemFailures: true,
  });
}
