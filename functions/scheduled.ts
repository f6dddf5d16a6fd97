import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import { TrueupError } from '../lib/core/errors.ts';
import type { Dependencies } from '../lib/reconcile/dependencies.types.ts';
import { eachLimited } from '../lib/reconcile/each-limited.ts';
import type { PassResult } from '../lib/reconcile/request.types.ts';
import { reconcile } from '../lib/reconcile/reconcile.ts';
import { createObservability, logOf, measure } from './observability.ts';
import type { Observability } from './observability.ts';
import { readSettings } from './settings.ts';
import { wire } from './wiring.ts';

/** What the function returns: for people who invoke it by hand. */
export interface ScheduledResult {
  readonly connections: number;
  /** Passes made; the others were busy or failed. */
  readonly passes: number;
  readonly busy: number;
  readonly failed: readonly string[];
}

/** What a handler runs on, wired at its first invocation. */
export interface World {
  readonly deps: Dependencies;
  readonly connectionsAtOnce: number;
}

/** The handler of the schedule's events: a pass over every connection. One that fails never stops another. */
export function createScheduled(
  world: () => World,
  { logger, metrics }: Observability,
  seen: (result: PassResult) => void = () => undefined,
) {
  let wired: World | undefined;
  return middy(async (): Promise<ScheduledResult> => {
    wired ??= world();
    const { deps, connectionsAtOnce } = wired;
    const connections = await Array.fromAsync(deps.desired.connections());
    const failed: string[] = [];
    let [passes, busy] = [0, 0];
    await eachLimited(connections.toSorted(), connectionsAtOnce, async (connection) => {
      try {
        const result = await reconcile({ connection, trigger: 'schedule' }, deps);
        seen(result);
        if (result.kind === 'busy') busy += 1;
        else {
          passes += 1;
          measure(metrics, result.report);
        }
      } catch (error) {
        if (!(error instanceof TrueupError)) throw error;
        failed.push(connection);
        metrics.addMetric('PassesFailed', 'Count', 1);
        deps.log.error('pass failed', { connection, code: error.code, reason: error.message });
      }
    });
    return { connections: connections.length, passes, busy, failed };
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(errorLogger({ logger: ({ error }) => logger.error('function failed', errorOf(error)) }));
}

function errorOf(error: unknown) {
  return error instanceof Error ? error : new Error(String(error));
}

const observability = createObservability();

export const handler = createScheduled(() => {
  const settings = readSettings();
  const deps = wire(settings, logOf(observability.logger));
  return { deps, connectionsAtOnce: settings.connectionsAtOnce };
}, observability);
