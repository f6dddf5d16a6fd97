import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Clock, Random } from '../model/runtime.types.ts';
import { storeError, storeProblem } from '../table/store-errors.ts';
import { eventDetail } from './event-detail.ts';
import type { Announcer } from './events.ts';
import { batches, sendBatch, type Undone } from './partial-batch.ts';

export interface EventBusOptions {
  readonly client: EventBridgeClient;
  /** Name or ARN. Defaults to the account's default bus. */
  readonly bus?: string;
  readonly clock: Clock;
  /** Jitter of the backoff. Defaults to `Math.random`. */
  readonly random?: Random;
}

interface Entry {
  readonly type: string;
  readonly detail: string;
}

/** `source` of all events. */
export const eventSource = 'trueup';

/** The size of an entry: its texts and the names around them. */
const size = ({ type, detail }: Entry) => Buffer.byteLength(detail) + type.length + 100;

/** PutEvents takes at most ten entries and 256 KB together. */
const batchLimits = { count: 10, bytes: 250_000 };

/**
 * `Announcer` on an EventBridge bus. `eventDetail` documents the events. Best effort: the caller logs the `StoreError`
 * and continues.
 */
export function eventBus(options: EventBusOptions): Announcer {
  const { client, bus = 'default', clock, random = Math.random } = options;
  const at = { call: 'EventBridge PutEvents', store: bus };

  async function sendOnce(entries: readonly Entry[]): Promise<Undone<Entry>> {
    const command = new PutEventsCommand({
      Entries: entries.map(({ type, detail }) => ({
        EventBusName: bus,
        Source: eventSource,
        DetailType: type,
        Detail: detail,
      })),
    });
    const answer = await client.send(command).catch((error: unknown) => {
      throw storeError(error, at);
    });
    const failed = (answer.Entries ?? []).map(({ ErrorCode }) => ErrorCode);
    const problem = failed.find((code) => code !== undefined);
    return {
      again: entries.filter((_, index) => failed[index] !== undefined),
      ...(problem !== undefined && { problem }),
    };
  }

  return {
    announce: async (events) => {
      const entries = events.map((event) => ({ type: event.type, detail: eventDetail(event) }));
      const problems: string[] = [];
      for (const batch of batches(entries, batchLimits, size)) {
        const problem = await sendBatch(batch, sendOnce, { clock, random });
        if (problem !== undefined) problems.push(problem);
      }
      if (problems.length === 0) return;
      throw storeProblem('store-incomplete', at, `some events were not accepted: ${problems[0]}`);
    },
  };
}
