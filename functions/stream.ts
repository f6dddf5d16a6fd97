import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { eachLimited } from '../lib/pass/limited.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { StoreError } from '../lib/model/errors/store-error.ts';
import { wire } from '../lib/wiring.ts';
import { failureOf, instrumented } from './runtime/instrumented.ts';
import { createObservability, logOf, measureFailure } from './runtime/observability.ts';
import type { Observability } from './runtime/observability.ts';
import { deadlineOf, runPass } from './runtime/run-pass.ts';
import type { PassContext, Seen } from './runtime/run-pass.ts';
import { readSettingsWithQueue } from './settings.ts';
import { batchFailures, recordsOf } from './runtime/event-records.ts';
import { streamWork } from './triggers/stream-work.ts';
import type { ConnectionWork, StreamWork } from './triggers/stream-work.ts';

/** Messages sent at the same time. */
const sendsAtOnce = 10;

/**
 * The handler of the stream of `Desired`. Up to ten servers of one connection are reconciled at once. Other work, such
 * as a whole connection, goes to the queue, because a long pass would delay all other rows of the shard.
 *
 * A record fails only if its connection could neither be reconciled nor sent to the queue. Lambda then delivers all
 * records from the lowest failed sequence number again, which is harmless.
 */
export function createStream(
  wiring: () => Dependencies,
  observability: Observability,
  seen: Seen = () => undefined,
) {
  let deps: Dependencies | undefined;
  return instrumented(
    observability,
    async (event: DynamoDBStreamEvent, lambda): Promise<DynamoDBBatchResponse> => {
      const records = recordsOf<DynamoDBRecord>(event);
      deps ??= wiring();
      const deadline = deadlineOf(deps.clock.now(), lambda.getRemainingTimeInMillis());
      const context = { deps, observability, seen, deadline };
      const batch = streamWork(records);
      logPoison(context, batch);
      return batchFailures(await work(context, batch));
    },
  );
}

function logPoison({ deps, observability }: PassContext, { poison }: StreamWork): void {
  observability.metrics.addMetric('RecordsPoison', 'Count', poison.length);
  for (const { sequenceNumber, why } of poison) {
    deps.log.error('record not understood', { sequenceNumber, why });
  }
}

/** Does the work or sends it to the queue. @returns the sequence numbers of work for which both failed */
async function work(context: PassContext, batch: StreamWork): Promise<readonly string[]> {
  const [only] = batch.work;
  if (!only?.servers || batch.work.length > 1) return sendEach(context, batch.work);
  return (await isDone(context, only)) ? [] : sendEach(context, [only]);
}

/**
 * Whether the pass was run here, or is left to another process. A vendor's failure counts as done, because it is in the
 * ledger with its retry.
 */
async function isDone(context: PassContext, { connection, servers }: ConnectionWork) {
  try {
    const request = { connection, trigger: 'stream' as const, ...(servers && { servers }) };
    await runPass(context, request);
    return true;
  } catch (error) {
    // Any error: the queue retries without delaying the shard, and has dead letters.
    const failure = failureOf(error);
    measureFailure(context.observability.metrics, failure.code);
    context.deps.log.error('pass failed', { connection, ...failure });
    return false;
  }
}

/** One call per connection, so that it is known which could not be sent. */
async function sendEach(
  { deps, observability }: PassContext,
  list: readonly ConnectionWork[],
): Promise<readonly string[]> {
  const { queue, clock, log } = deps;
  const failed: string[] = [];
  await eachLimited(list, sendsAtOnce, async ({ connection, servers, sequenceNumbers }) => {
    const message = {
      version: 1,
      connection,
      ...(servers && { servers }),
      reason: 'stream',
      dueAt: new Date(clock.now()).toISOString(),
    } as const;
    try {
      await queue.send([{ message }]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.error('message not sent', { connection, ...failureOf(error) });
      failed.push(...sequenceNumbers);
    }
  });
  observability.metrics.addMetric('RecordsFailed', 'Count', failed.length);
  return failed;
}

const observability = createObservability();

export const handler = createStream(
  () => wire(readSettingsWithQueue(), logOf(observability.logger)),
  observability,
);
