import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { TrueupError } from '../lib/core/errors.ts';
import type { Dependencies } from '../lib/reconcile/dependencies.types.ts';
import { errorOf, instrumented } from './instrumented.ts';
import { createObservability, logOf } from './observability.ts';
import type { Observability } from './observability.ts';
import { workQueued } from './queued-work.ts';
import { deadlineOf } from './run-pass.ts';
import type { PassContext, Seen } from './run-pass.ts';
import { readSettingsWithQueue } from './settings.ts';
import { wire } from './wiring.ts';

/**
 * The handler of the queue: Trueup's own messages, and events of secrets. Messages of a batch are worked one after the
 * other, each for itself. One fails, and comes again, if a store failed or if it is not understood; after some times it
 * is a dead letter, where somebody sees it. A vendor's failure is in the ledger, and its message is done.
 */
export function createQueued(
  wiring: () => Dependencies,
  observability: Observability,
  seen: Seen = () => undefined,
) {
  let deps: Dependencies | undefined;
  return instrumented(
    observability,
    async ({ Records: records }: SQSEvent, lambda): Promise<SQSBatchResponse> => {
      deps ??= wiring();
      const deadline = deadlineOf(deps.clock.now(), lambda.getRemainingTimeInMillis());
      const context = { deps, observability, seen, deadline };
      const batchItemFailures: { itemIdentifier: string }[] = [];
      for (const record of records) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, so that a message has all of the function's time
        const done = await isDone(context, record);
        if (!done) batchItemFailures.push({ itemIdentifier: record.messageId });
      }
      observability.metrics.addMetric('MessagesFailed', 'Count', batchItemFailures.length);
      return { batchItemFailures };
    },
  );
}

async function isDone(context: PassContext, record: SQSRecord): Promise<boolean> {
  try {
    await workQueued(context, record.body);
    return true;
  } catch (error) {
    const { messageId, attributes } = record;
    context.deps.log.error('message failed', {
      messageId,
      receives: attributes.ApproximateReceiveCount,
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
