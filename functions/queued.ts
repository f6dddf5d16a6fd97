import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { StoreError } from '../lib/model/errors/store-error.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { isPassing } from '../lib/table/store-errors.ts';
import { wire } from '../lib/wiring.ts';
import { failureOf, instrumented } from './runtime/instrumented.ts';
import { createObservability, logOf } from './runtime/observability.ts';
import type { Observability } from './runtime/observability.ts';
import { deadlineOf } from './runtime/run-pass.ts';
import type { PassContext, Seen } from './runtime/run-pass.ts';
import { readSettingsWithQueue } from './settings.ts';
import { batchFailures, recordsOf } from './runtime/event-records.ts';
import { workQueued } from './triggers/queued-work.ts';

/**
 * The handler of the queue, for Trueup's own messages and events of secrets. Messages of a batch are processed one
 * after the other. A message fails, and is delivered again, if a store failed or the message is not understood; after
 * several deliveries it becomes a dead letter, which an alarm reports. A vendor's failure is recorded in the ledger, so
 * its message is done.
 */
export function createQueued(
  wiring: () => Dependencies,
  observability: Observability,
  seen: Seen = () => undefined,
) {
  let deps: Dependencies | undefined;
  return instrumented(observability, async (event: SQSEvent, lambda): Promise<SQSBatchResponse> => {
    const records = recordsOf<SQSRecord>(event);
    deps ??= wiring();
    const deadline = deadlineOf(deps.clock.now(), lambda.getRemainingTimeInMillis());
    const context = { deps, observability, seen, deadline };
    const failed: unknown[] = [];
    for (const record of records) {
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each message can use the whole time of the
      // function
      if (!(await isDone(context, record))) failed.push(record.messageId);
    }
    observability.metrics.addMetric('MessagesFailed', 'Count', failed.length);
    return batchFailures(failed);
  });
}

async function isDone(context: PassContext, record: Partial<SQSRecord>): Promise<boolean> {
  const { messageId, body, attributes } = record;
  try {
    await workQueued(context, body);
    return true;
  } catch (error) {
    context.deps.log.error('message failed', {
      messageId,
      receives: attributes?.ApproximateReceiveCount,
      ...failureOf(error),
    });
    if (isPassing(error)) await returnSoon(context, record);
    return false;
  }
}

/** Delays after the first, second and third receive. Later receives wait for the queue's visibility timeout. */
const minutes = [1, 3, 5];

/**
 * Makes a failed message visible sooner than the visibility timeout, which is long because it is for functions that
 * crash.
 */
async function returnSoon(
  { deps: { queue, log } }: PassContext,
  { messageId, receiptHandle, attributes }: Partial<SQSRecord>,
): Promise<void> {
  const delay = minutes[Number(attributes?.ApproximateReceiveCount ?? 1) - 1];
  if (receiptHandle === undefined || delay === undefined) return;
  try {
    await queue.returnIn?.(receiptHandle, delay * 60_000);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn('message returns later', { messageId, ...failureOf(error) });
  }
}

const observability = createObservability();

export const handler = createQueued(
  () => wire(readSettingsWithQueue(), logOf(observability.logger)),
  observability,
);
