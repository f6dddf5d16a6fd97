import type { Context } from 'aws-lambda';

/** A Lambda context for a function that runs in this process. */
export function lambdaContext(functionName: string, remainingMs: () => number): Context {
  return {
    functionName,
    functionVersion: '$LATEST',
    memoryLimitInMB: '512',
    awsRequestId: crypto.randomUUID(),
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
