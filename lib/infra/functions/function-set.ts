import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Construct } from 'constructs';
import type { FunctionName } from './bundle.ts';
import { TrueupFunction } from './functions.ts';
import type { Network } from './network.ts';
import {
  listConnections,
  passPermissions,
  readStream,
  takeWork,
  showFailures,
  type PermissionTargets,
} from '../access/permissions.ts';
import type { InfraSettings } from '../settings.ts';

/** The three functions. */
export type FunctionSet = Readonly<Record<FunctionName, TrueupFunction>>;

export function createFunctions(
  scope: Construct,
  settings: InfraSettings,
  targets: PermissionTargets,
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly logRetention: RetentionDays | undefined;
    readonly tracing: boolean | undefined;
    readonly network: Network;
  },
): FunctionSet {
  const { tables, queues } = targets;
  const { memory, allowedHosts } = settings;
  const common = { ...options, memory, allowedHosts };
  return {
    scheduled: new TrueupFunction(scope, 'Scheduled', {
      ...common,
      name: 'scheduled',
      description: 'Trueup: reconciles every connection, on a schedule',
      permissions: [
        ...passPermissions(scope, targets),
        listConnections(tables.desired),
        showFailures(queues),
      ],
      // Scheduler invokes asynchronously. Lambda's retries would only overlap with the next invocation.
      asynchronous: {
        retryAttempts: 0,
        maxEventAge: settings.tickAge,
        onFailure: new SqsDestination(queues.failures),
      },
    }),
    stream: new TrueupFunction(scope, 'Stream', {
      ...common,
      name: 'stream',
      description: 'Trueup: reconciles what changed in Desired',
      permissions: [
        ...passPermissions(scope, targets),
        ...readStream(tables),
        showFailures(queues),
      ],
    }),
    queued: new TrueupFunction(scope, 'Queued', {
      ...common,
      name: 'queued',
      description: 'Trueup: processes the queue, one connection at a time',
      permissions: [...passPermissions(scope, targets), takeWork(queues)],
      // A long pass continues through the queue in this same function. Trueup ends continuations that make no progress,
      // and an alarm watches their number in a row.
      recursiveLoop: RecursiveLoop.ALLOW,
    }),
  };
}
