import type { DynamoDBStreamEvent } from 'aws-lambda';
import scheduledEvent from '../events/scheduled.json' with { type: 'json' };
import { quietObservability } from '../functions/runtime/observability.ts';
import { createQueued } from '../functions/queued.ts';
import type { Seen } from '../functions/runtime/run-pass.ts';
import { createScheduled } from '../functions/scheduled.ts';
import { createStream } from '../functions/stream.ts';
import type { DemoWorld } from './demo-world.ts';
import { lambdaContext } from './world/lambda-context.ts';

/** The deployment's functions, invoked as AWS would invoke them. */
export interface DemoFunctions {
  /** Invokes the function with the schedule's event. */
  readonly schedule: () => Promise<void>;
  /** Delivers the written rows as one batch of the stream. */
  readonly stream: () => Promise<void>;
  /** Delivers the queue's messages one at a time. */
  readonly queue: () => Promise<void>;
}

const context = (name: string) => lambdaContext(`trueup-${name}`, () => 300_000);

/** @param seen - called for each pass, in order */
export function demoFunctions(world: DemoWorld, seen: Seen): DemoFunctions {
  const quiet = quietObservability();
  // One connection at a time, so that the story always has the same order.
  const scheduled = createScheduled(
    () => ({ deps: world.process(), connectionsAtOnce: 1 }),
    quiet,
    seen,
  );
  const stream = createStream(world.process, quiet, seen);
  const queued = createQueued(world.process, quiet, seen);
  return {
    schedule: async () => {
      const { failed } = await scheduled(scheduledEvent, context('scheduled'));
      if (failed.length > 0) throw new Error(`no pass was run over ${failed.join(', ')}`);
    },
    stream: async () => {
      const Records = [...(await world.takeRecords())];
      const event: DynamoDBStreamEvent = { Records };
      const { batchItemFailures } = await stream(event, context('stream'));
      if (batchItemFailures.length > 0) throw new Error('the stream function failed');
    },
    queue: async () => {
      const { failures } = await world.sqs.pump(world.queueUrl, (event) =>
        queued(event, context('queued')),
      );
      if (failures.length > 0) throw new Error('the queued function failed');
    },
  };
}
