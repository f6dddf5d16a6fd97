import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  LogQueryWidget,
  LogQueryVisualizationType,
  Stats,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/bundle.ts';
import { failureMetrics, type MetricOf, type TrueupMetric } from './metrics.ts';
import type { Queues } from '../data/queues.ts';

/** What the dashboard shows. */
export interface Shown {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly logGroups: readonly ILogGroup[];
  readonly queues: Queues;
  readonly metric: MetricOf;
  readonly schedule: Duration;
}

export function createDashboard(scope: Construct, shown: Shown): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.hours(12),
    widgets: [
      outcomes(shown),
      ages(shown),
      work(shown),
      [
        reasons(shown, 'Passes that ended early, by reason', 'pass ended early'),
        reasons(shown, 'Passes that failed, by reason', 'pass failed'),
      ],
      machinery(shown),
    ],
  });
}

const graph = (title: string, left: IMetric[], more: { stacked?: boolean; label?: string } = {}) =>
  new GraphWidget({
    title,
    left,
    width: 8,
    stacked: more.stacked ?? false,
    leftYAxis: { min: 0, showUnits: false, ...(more.label !== undefined && { label: more.label }) },
  });

function outcomes({ metric, schedule }: Shown): IWidget[] {
  const highest = (names: readonly TrueupMetric[]) =>
    names.map((name) => metric(name, schedule, Stats.MAXIMUM));
  return [
    graph(
      'Servers in sync, all connections',
      [metric('ServersInSync', schedule), metric('ServersAssumed', schedule)],
      { stacked: true },
    ),
    graph(
      'Servers that need attention, maximum of a pass',
      highest([
        'ServersFailed',
        'ServersRefused',
        'ServersInvalid',
        'ServersMissing',
        'ServersHeld',
        'ServersUnreached',
      ]),
    ),
    graph(
      'Servers that differ and wait, maximum of a pass',
      highest(['ServersReported', 'ServersWaiting', 'ServersPaused', 'ServersOff']),
    ),
  ];
}

function ages({ metric, schedule }: Shown): IWidget[] {
  const oldest = (name: TrueupMetric, label: string) =>
    metric(name, schedule, Stats.MAXIMUM).with({ label });
  return [
    graph(
      'Age of the oldest drift and the oldest failure',
      [oldest('DriftAge', 'differs'), oldest('FailingAge', 'fails')],
      { label: 'seconds' },
    ),
    graph(
      'Failures by reason, one per server and pass',
      failureMetrics.map((name) => metric(name, schedule)),
      { stacked: true },
    ),
    graph(
      'Records and messages',
      (['RecordsPoison', 'RecordsFailed', 'MessagesFailed'] as const).map((name) =>
        metric(name, schedule),
      ),
    ),
  ];
}

function work({ metric, schedule }: Shown): IWidget[] {
  const sums = (names: readonly TrueupMetric[]) => names.map((name) => metric(name, schedule));
  return [
    graph('Passes', sums(['Passes', 'PassesEndedEarly', 'PassesFailed', 'ServersUpdated'])),
    graph(
      'Calls to gateways, and those answered with 429',
      sums(['VendorCallsList', 'VendorCallsGet', 'VendorCallsPut', 'VendorThrottled']),
    ),
    graph('Values decrypted', sums(['SecretsDecrypted', 'CredentialsDecrypted'])),
  ];
}

/** From the logs, because there are too many codes and connections for metrics. */
function reasons({ logGroups }: Shown, title: string, message: string): IWidget {
  return new LogQueryWidget({
    title,
    width: 12,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
    queryLines: [
      `filter message = '${message}'`,
      'stats count() as times, count_distinct(connection) as connections by code',
      'sort times desc',
    ],
  });
}

function machinery({ functions, queues, metric }: Shown): IWidget[] {
  const period = Duration.minutes(5);
  return [
    graph(
      'Stream and queue age',
      [
        functions.stream.metric('IteratorAge', {
          period,
          statistic: Stats.MAXIMUM,
          label: 'stream, ms',
        }),
        queues.work.metricApproximateAgeOfOldestMessage({ period, label: 'queue, s' }),
      ],
      {},
    ),
    graph('Messages', [
      queues.work.metricApproximateNumberOfMessagesVisible({ period, label: 'waiting' }),
      queues.deadLetters.metricApproximateNumberOfMessagesVisible({
        period,
        label: 'dead letters',
      }),
      queues.failures.metricApproximateNumberOfMessagesVisible({ period, label: 'failures' }),
    ]),
    // Throttles have their own alarms.
    graph('Functions', [
      ...Object.values(functions).map((one) => one.metricErrors({ period })),
      metric('PassDuration', period, Stats.p(95)),
    ]),
  ];
}
