import { Stack, type Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** The failure reasons of `lib/model/errors/failure-reason.ts`, each with its own metric. */
export const failureMetrics = [
  'FailuresRejected',
  'FailuresThrottled',
  'FailuresVendor',
  'FailuresUpstream',
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

/** Trueup's own metrics: the functions emit exactly these, and dashboard and alarms read all of them. */
export const trueupMetrics = [
  'ScheduledRuns',
  'Passes',
  'PassesEndedEarly',
  'PassesFailed',
  'PassDuration',
  'DriftAge',
  'FailingAge',
  'UnsureAge',
  'ServersOff',
  'ServersPaused',
  'ServersInvalid',
  'ServersMissing',
  'ServersUnreached',
  'ServersHeld',
  'ServersFailed',
  'ServersRefused',
  'ServersWaiting',
  'ServersUpdated',
  'ServersReported',
  'ServersAssumed',
  'ServersInSync',
  ...failureMetrics,
  'VendorCallsList',
  'VendorCallsGet',
  'VendorCallsPut',
  'VendorThrottled',
  'SecretsDecrypted',
  'CredentialsDecrypted',
  'RecordsPoison',
  'RecordsFailed',
  'MessagesFailed',
  'ContinuationHops',
] as const;

export type TrueupMetric = (typeof trueupMetrics)[number];

/** A metric of one deployment. The statistic defaults to the sum of each period. */
export type MetricOf = (name: TrueupMetric, period: Duration, statistic?: string) => Metric;

/**
 * The name that distinguishes the metrics of deployments in an account: stack names are unique in an account, and
 * output prefixes in a stack. Stack names cannot have a `/`.
 */
export function serviceName(scope: Construct, outputPrefix: string | undefined): string {
  const { stackName } = Stack.of(scope);
  return outputPrefix === undefined ? stackName : `${stackName}/${outputPrefix}`;
}

/**
 * The metrics of the deployment that emits them under this name. It is their only dimension: with ten thousand connections
 * a dimension for the connection would cost more than the rest of the deployment.
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
