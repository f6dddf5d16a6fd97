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
 * The handler of the queue: Trueup's own messages, and events of secrets. Messages of a batch are worked one after the
 * other, each for itself. One fails, and comes again, if a store failed or if it is not understood; after some times it
 * is a dead letter, which an alarm reports. A vendor's failure is in the ledger, and its message is done.
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
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that a message has all of the function's time
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

/** After the first, second and third receive. From the fourth on the queue's visibility timeout is waited for. */
const minutes = [1, 3, 5];

/** The visibility timeout is made for functions that end without a word, and is long. */
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
