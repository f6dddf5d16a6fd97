import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { TrueupError } from '../lib/core/errors.ts';
import type { Dependencies } from '../lib/reconcile/dependencies.types.ts';
import { wire } from '../lib/wiring.ts';
import { errorOf, instrumented } from './runtime/instrumented.ts';
import { createObservability, logOf } from './runtime/observability.ts';
import type { Observability } from './runtime/observability.ts';
import { deadlineOf } from './runtime/run-pass.ts';
import type { PassContext, Seen } from './runtime/run-pass.ts';
import { readSettingsWithQueue } from './settings.ts';
import { recordsOf } from './triggers/event-records.ts';
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
    const records = recordsOf(event);
    deps ??= wiring();
    const deadline = deadlineOf(deps.clock.now(), lambda.getRemainingTimeInMillis());
    const context = { deps, observability, seen, deadline };
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of records) {
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that a message has all of the function's time
      const done = await isDone(context, record);
      if (!done) batchItemFailures.push({ itemIdentifier: messageIdOf(record) });
    }
    observability.metrics.addMetric('MessagesFailed', 'Count', batchItemFailures.length);
    return { batchItemFailures };
  });
}

/** What a record has, if it is a record at all. */
const asRecord = (record: unknown): Partial<SQSRecord> => Object(record) as Partial<SQSRecord>;

/** Without one the whole batch comes again, as Lambda has it for an empty id. */
function messageIdOf(record: unknown): string {
  const { messageId } = asRecord(record);
  return typeof messageId === 'string' ? messageId : '';
}

async function isDone(context: PassContext, record: unknown): Promise<boolean> {
  const { body, attributes } = asRecord(record);
  try {
    await workQueued(context, body);
    return true;
  } catch (error) {
    context.deps.log.error('message failed', {
      messageId: messageIdOf(record),
      receives: attributes?.ApproximateReceiveCount,
      code: error instanceof TrueupError ? error.code : errorOf(error).name,
      reason: errorOf(error).message,
    });
    return false;
  }
}

const observability = createObservability();

export const handler = createQueued(
  () => wire(readSettingsWithQueue(), logOf(observability.logger)),
  observability,
);
