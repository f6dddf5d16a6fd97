import { Stack, type Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Reasons why servers and passes fail, as `lib/core/failure-reason.ts` sorts them: each has a metric of its own. */
export const failureMetrics = [
  'FailuresRejected',
  'FailuresThrottled',
  'FailuresVendor',
  'FailuresNetwork',
  'FailuresSignIn',
  'FailuresSecret',
  'FailuresDeclaration',
  'FailuresNotApplied',
  'FailuresMissing',
  'FailuresBackingOff',
  'FailuresInterrupted',
  'FailuresStore',
  'FailuresOther',
] as const;

/** Trueup's own metrics: the functions emit these and no others, and dashboard and alarms read all of them. */
export type TrueupMetric =
  | 'Passes'
  | 'PassesEndedEarly'
  | 'PassesFailed'
  | 'PassDuration'
  | 'DriftAge'
  | 'FailingAge'
  | 'ServersOff'
  | 'ServersPaused'
  | 'ServersInvalid'
  | 'ServersMissing'
  | 'ServersUnreached'
  | 'ServersHeld'
  | 'ServersFailed'
  | 'ServersRefused'
  | 'ServersWaiting'
  | 'ServersUpdated'
  | 'ServersReported'
  | 'ServersAssumed'
  | 'ServersInSync'
  | (typeof failureMetrics)[number]
  | 'VendorCallsList'
  | 'VendorCallsGet'
  | 'VendorCallsPut'
  | 'VendorThrottled'
  | 'SecretsDecrypted'
  | 'CredentialsDecrypted'
  | 'RecordsPoison'
  | 'RecordsFailed'
  | 'MessagesFailed';

/** A metric of one deployment; the sum of each period unless told. */
export type MetricOf = (name: TrueupMetric, period: Duration, statistic?: string) => Metric;

/**
 * What tells the metrics of a deployment from those of others in the account: names of stacks differ there, and output
 * prefixes within a stack. No stack's name has a `/`.
 */
export function serviceName(scope: Construct, outputPrefix: string | undefined): string {
  const { stackName } = Stack.of(scope);
  return outputPrefix === undefined ? stackName : `${stackName}/${outputPrefix}`;
}

/**
 * The metrics of the deployment that emits them under this name. That is their only dimension: one by connection would
 * cost more than all the rest at ten thousand connections.
 */
export function metricsOf(service: string): MetricOf {
  return (metricName, period, statistic = Stats.SUM) =>
    new Metric({
      namespace: 'Trueup',
      metricName,
      dimensionsMap: { service },
      statistic,
      period,
    });
}
