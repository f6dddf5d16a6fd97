import { quietObservability } from '../../functions/runtime/observability.ts';
import { createQueued } from '../../functions/queued.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { lambdaContext } from './lambda-context.ts';
import type { EmbeddedWorld } from './embedded-world.ts';

/** How long to wait before checking for messages again. */
const restMs = 100;

/** The time limit of a function in a deployment. */
const timeoutMs = 300_000;

/** Runs the queue's function in this process until `stop`, and then finishes the current message. */
export async function serveQueue(
  world: EmbeddedWorld,
  wiring: () => Dependencies,
  stop: AbortSignal,
): Promise<void> {
  const queued = createQueued(wiring, quietObservability());
  const { clock } = wiring();
  while (!stop.aborted) {
    // oxlint-disable-next-line no-await-in-loop
    await world.sqs.pump(world.queueUrl, (event) =>
      queued(
        event,
        lambdaContext('trueup-queued', () => timeoutMs),
      ),
    );
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(restMs, stop);
  }
}
