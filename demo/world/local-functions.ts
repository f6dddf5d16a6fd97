import { quietObservability } from '../../functions/runtime/observability.ts';
import { createQueued } from '../../functions/queued.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { lambdaContext } from './lambda-context.ts';
import type { EmbeddedWorld } from './embedded-world.ts';

/** How long it rests before it looks again whether there are messages. */
const restMs = 100;

/** As long as a function may take in a deployment. */
const timeoutMs = 300_000;

/** The function of the queue in this process: serves it until `stop`, and then to the end of the message at hand. */
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
