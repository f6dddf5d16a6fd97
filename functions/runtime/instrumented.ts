import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context } from 'aws-lambda';
import { TrueupError } from '../../lib/model/errors/errors.ts';
import type { Observability } from './observability.ts';

/** Wraps a Lambda handler: adds the invocation to each log line, emits metrics, and logs errors. */
export function instrumented<Event, Result>(
  { logger, metrics }: Observability,
  handle: (event: Event, context: Context) => Promise<Result>,
) {
  return middy((event: Event, context: Context) => handle(event, context))
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(errorLogger({ logger: ({ error }) => logger.error('function failed', errorOf(error)) }));
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The members of a log line for an error. */
export function failureOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { name, message } = errorOf(error);
  return { code: error instanceof TrueupError ? error.code : name, reason: message };
}
