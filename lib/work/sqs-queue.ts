import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock, Random } from '../model/runtime.types.ts';
import { storeError, storeProblem } from '../table/store-errors.ts';
import { batches, sendBatch, type Undone } from './partial-batch.ts';
import type { WorkQueue } from './queue.ts';

export interface SqsQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly clock: Clock;
  /** Jitter of the backoff. Defaults to `Math.random`. */
  readonly random?: Random;
}

interface Entry {
  readonly body: string;
  readonly delaySeconds: number;
}

/** SendMessageBatch accepts at most ten messages, and 256 KB in total unless the queue allows more. */
const batchLimits = { count: 10, bytes: 250_000 };
/** Concurrent batches: ten thousand connections are a thousand batches. */
const concurrency = 8;
/** SQS delays a message by at most 15 minutes. */
const longestDelay = 900;

/**
 * `WorkQueue` on an SQS standard queue: bodies are the messages as JSON. A message may be sent twice if an answer is
 * lost, which is harmless because messages are hints. If `send` throws, some of the messages may have been sent.
 */
export function sqsQueue(options: SqsQueueOptions): WorkQueue {
  const { client, queueUrl, clock, random = Math.random } = options;
  const at = { call: 'SQS SendMessageBatch', store: queueUrl };

  async function sendOnce(entries: readonly Entry[]): Promise<Undone<Entry>> {
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map(({ body, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: body,
        DelaySeconds: delaySeconds,
      })),
    });
    const { Failed = [] } = await client.send(command).catch((error: unknown) => {
      throw storeError(error, at);
    });
    const refused = Failed.find(({ SenderFault }) => SenderFault);
    const again = Failed.flatMap(({ Id }) => entries[Number(Id)] ?? []);
    const problem = (refused ?? Failed[0])?.Code;
    return { again, ...(problem !== undefined && { problem }), final: refused !== undefined };
  }

  return {
    send: async (messages) => {
      const entries = messages.map(({ message, delayMs = 0 }) => ({
        body: JSON.stringify(message),
        delaySeconds: Math.min(Math.max(Math.ceil(delayMs / 1000), 0), longestDelay),
      }));
      const waiting = batches(entries, batchLimits, ({ body }) => Buffer.byteLength(body));
      const work = async () => {
        for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
          const problem = await sendBatch(batch, sendOnce, { clock, random });
          if (problem === undefined) continue;
          waiting.length = 0;
          throw storeProblem('store-incomplete', at, `some messages were not accepted: ${problem}`);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
    },
    returnIn: async (receipt, delayMs) => {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receipt,
        VisibilityTimeout: Math.ceil(delayMs / 1000),
      });
      await client.send(command).catch((error: unknown) => {
        throw storeError(error, { call: 'SQS ChangeMessageVisibility', store: queueUrl });
      });
    },
  };
}
