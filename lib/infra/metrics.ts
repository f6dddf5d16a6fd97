import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/** Trueup's own metrics that the dashboard and the alarms read; the functions emit them for the whole fleet. */
export const trueupMetrics = [
  'Passes',
  'PassesEndedEarly',
  'PassesFailed',
  'PassDuration',
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
  'VendorCallsList',
  'VendorCallsGet',
  'VendorCallsPut',
  'SecretsDecrypted',
  'CredentialsDecrypted',
  'RecordsPoison',
  'RecordsFailed',
  'MessagesFailed',
] as const;

export type TrueupMetric = (typeof trueupMetrics)[number];

/** Connection is never a dimension: at ten thousand connections it would cost more than all the rest. */
export function trueupMetric(
  name: TrueupMetric,
  period: Duration,
  statistic: string = Stats.SUM,
): Metric {
  return new Metric({
    namespace: 'Trueup',
    metricName: name,
    dimensionsMap: { service: 'trueup' },
    statistic,
    period,
  });
}
