import { TrueupError } from '../lib/model/errors/errors.ts';
import { eachLimited } from '../lib/pass/limited.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { StoreError } from '../lib/model/errors/store-error.ts';
import { wire } from '../lib/wiring.ts';
import { failureOf, instrumented } from './runtime/instrumented.ts';
import { createObservability, logOf, measureFailure } from './runtime/observability.ts';
import type { Observability } from './runtime/observability.ts';
import { deadlineOf, runPass } from './runtime/run-pass.ts';
import type { PassContext, Seen } from './runtime/run-pass.ts';
import { takeShare } from './runtime/share.ts';
import { readSettings } from './settings.ts';

/** The function's result, for users who invoke it manually. */
export interface ScheduledResult {
  readonly connections: number;
  /** Number of connections that were sent to the queue. */
  readonly queued: number;
  /** Number of passes; for other connections the lease was owned by another process, or the pass failed. */
  readonly passes: number;
  readonly knocked: number;
  readonly failed: readonly string[];
}

interface Passes {
  passes: number;
  knocked: number;
  readonly failed: string[];
}

/** The dependencies of a handler, created at its first invocation. */
export interface World {
  readonly deps: Dependencies;
  readonly connectionsAtOnce: number;
  /** Number of connections to reconcile itself, the others go to the queue; absent: all. */
  readonly inlineShare?: number | undefined;
}

/**
 * The handler of the schedule's events: a pass over every connection. A failure never stops the others. Connections
 * beyond its own share are sent to the queue first, so that they do not wait; without the queue, shares are processed
 * one after the other.
 */
export function createScheduled(
  world: () => World,
  observability: Observability,
  seen: Seen = () => undefined,
) {
  let wired: World | undefined;
  return instrumented(observability, async (_event: unknown, lambda) => {
    wired ??= world();
    const { deps, connectionsAtOnce, inlineShare } = wired;
    const listed = await Array.fromAsync(deps.desired.connections());
    const connections = listed.toSorted();
    const atMost = inlineShare ?? connections.length;
    const share = await takeShare(connections, atMost, deps);
    const isQueued = inlineShare !== undefined && (await isSent(deps, share.left));
    const deadline = deadlineOf(deps.clock.now(), lambda.getRemainingTimeInMillis());
    const context = { deps, observability, seen, deadline };
    const done = await passes(context, share.own, connectionsAtOnce);
    let left = isQueued ? [] : share.left;
    while (left.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one share after the other, so that they are not in memory together
      const next = await takeShare(left, atMost, deps);
      // oxlint-disable-next-line no-await-in-loop
      add(done, await passes(context, next.own, connectionsAtOnce));
      left = next.left;
    }
    // Emitted only at the end; an alarm is raised if it is missing.
    observability.metrics.addMetric('ScheduledRuns', 'Count', 1);
    const queued = isQueued ? share.left.length : 0;
    return { connections: connections.length, queued, ...done };
  });
}

function add(done: Passes, more: Passes): void {
  done.passes += more.passes;
  done.knocked += more.knocked;
  done.failed.push(...more.failed);
}

/** If the queue fails, the function processes what it can itself, its share first. */
async function isSent({ queue, clock, log }: Dependencies, beyond: readonly string[]) {
  const dueAt = new Date(clock.now()).toISOString();
  try {
    await queue.send(
      beyond.map((connection) => ({
        message: { version: 1, connection, reason: 'share', dueAt },
      })),
    );
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error('connections not sent', { connections: beyond.length, ...failureOf(error) });
    return false;
  }
}

async function passes(
  context: PassContext,
  connections: readonly string[],
  connectionsAtOnce: number,
): Promise<Passes> {
  const failed: string[] = [];
  let [made, knocked] = [0, 0];
  await eachLimited(connections, connectionsAtOnce, async (connection) => {
    try {
      const { kind } = await runPass(context, { connection, trigger: 'schedule' });
      if (kind === 'knocked') knocked += 1;
      else made += 1;
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      failed.push(connection);
      measureFailure(context.observability.metrics, error.code);
      context.deps.log.error('pass failed', { connection, ...failureOf(error) });
    }
  });
  return { passes: made, knocked, failed };
}

const observability = createObservability();

export const handler = createScheduled(() => {
  const settings = readSettings();
  const { connectionsAtOnce, inlineShare, queueUrl } = settings;
  const deps = wire(settings, logOf(observability.logger));
  return { deps, connectionsAtOnce, ...(queueUrl !== undefined && { inlineShare }) };
}, observability);
