import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '../functions/bundle.ts';
import type { MetricOf } from './metrics.ts';
import type { Queues } from '../data/queues.ts';

/** What the alarms watch. */
export interface Watched {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly queues: Queues;
  readonly metric: MetricOf;
  readonly schedule: Duration;
  readonly failingFor: Duration;
  /** Percentage of the passes of a period that may fail. */
  readonly failingShare: number;
}

export interface AlarmForm {
  readonly metric: IMetric;
  readonly threshold: number;
  /** Number of evaluation periods. Defaults to one. */
  readonly periods?: number;
  /** Number of periods that must breach the threshold. Defaults to all. */
  readonly beyond?: number;
  /**
   * Alarms on missing data and on values below the threshold. By default missing data is fine, and values at or above
   * the threshold alarm.
   */
  readonly isLiveness?: true;
  /** What the alarm means. docs/runbook.md has a section with the alarm's name. */
  readonly what: string;
}

/** The alarms by name; each has a section in docs/runbook.md. */
export function alarmForms(watched: Watched): Record<string, AlarmForm> {
  return { ...passAlarms(watched), ...queueAlarms(watched), ...lambdaAlarms(watched) };
}

export function comparisonOf({ isLiveness }: AlarmForm): ComparisonOperator {
  return isLiveness
    ? ComparisonOperator.LESS_THAN_THRESHOLD
    : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
}

const dayMinutes = 24 * 60;

/** Maximum continuations in a row: 10,000 changes take about 50 at 80 requests per minute, and about 80 at 60. */
const hopsAtMost = 100;

/**
 * Each pass is a sample of its metrics. Without a share the maximum is used; with a share of 1%, the 99th percentile,
 * or the average for metrics that are 0 or 1.
 */
function passAlarms(watched: Watched): Record<string, AlarmForm> {
  const { metric, schedule, failingFor, failingShare: share } = watched;
  const [long, every] = [failingFor.toMinutes(), schedule.toMinutes()];
  const worst = share === 0 ? Stats.MAXIMUM : Stats.p(Number((100 - share).toFixed(3)));
  const [rate, tooMany] = share === 0 ? [Stats.MAXIMUM, 1] : [Stats.AVERAGE, share / 100];
  const among = share === 0 ? '' : ` (more than ${share}% of the connections)`;
  return {
    ScheduleSilent: {
      metric: metric('ScheduledRuns', schedule),
      threshold: 1,
      periods: 3,
      isLiveness: true,
      what: 'the function of the schedule has not finished in three periods of the schedule, so drift is not corrected.',
    },
    ServersFailing: {
      metric: metric('FailingAge', schedule, worst),
      threshold: failingFor.toSeconds(),
      what: `a server was not as declared for ${long} minutes${among}: it is failed, refused, waiting, missing or invalid.`,
    },
    ServersUnsure: {
      metric: metric('UnsureAge', schedule, Stats.MAXIMUM),
      threshold: Duration.hours(1).toSeconds(),
      what: 'for an hour it has not been known whether a server was created or deleted: Trueup does not ask for it again, and a person may have to look.',
    },
    PassesEndingEarly: {
      metric: metric('PassesEndedEarly', schedule, rate),
      threshold: tooMany,
      // CloudWatch evaluates at most one day.
      periods: Math.min(Math.ceil(long / every), Math.floor(dayMinutes / every)),
      what: `passes have ended early for ${long} minutes${among}: a connection is unreachable, needs a new sign-in, or its row is invalid.`,
    },
    PassesFailed: {
      metric: metric('PassesFailed', schedule, rate),
      threshold: tooMany,
      periods: 3,
      what: `passes could not be made in three periods of the schedule${among}: a table, the secrets or the queue cannot be read or written.`,
    },
    HeldPlan: {
      metric: metric('ServersHeld', schedule, worst),
      threshold: 1,
      what: `the guard holds a plan${among}: more of a connection would change at once than its policy allows, and a person has to approve it.`,
    },
    ContinuationHops: {
      metric: metric('ContinuationHops', schedule, Stats.MAXIMUM),
      threshold: hopsAtMost,
      what: `a pass has continued through ${hopsAtMost} invocations in a row, hours in all.`,
    },
  };
}

function queueAlarms({ queues, schedule }: Watched): Record<string, AlarmForm> {
  const period = Duration.minutes(5);
  return {
    DeadLetters: {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      threshold: 1,
      what: 'messages of the work queue failed repeatedly, and stay in the dead-letter queue until a person sends them back.',
    },
    Failures: {
      // Sent by Lambda, Scheduler and EventBridge. The next scheduled passes do the lost work, and the alarm ends by
      // itself.
      metric: queues.failures.metricNumberOfMessagesSent({ period: schedule }),
      threshold: 1,
      periods: 2,
      beyond: 1,
      what: 'stream records, scheduled invocations or events of secrets could not be processed within two periods of the schedule.',
    },
    QueueAge: {
      metric: queues.work.metricApproximateAgeOfOldestMessage({ period }),
      threshold: 45 * 60,
      what: 'work has waited in the queue for 45 minutes.',
    },
  };
}

function lambdaAlarms({ functions }: Watched): Record<string, AlarmForm> {
  const period = Duration.minutes(5);
  const throttles = (name: FunctionName): AlarmForm => ({
    metric: functions[name].metricThrottles({ period }),
    threshold: 1,
    periods: 3,
    what: `the ${name} function is throttled for 15 minutes: the account's concurrency in this region is used up.`,
  });
  const dropped = (name: FunctionName): AlarmForm => ({
    metric: functions[name].metric('RecursiveInvocationsDropped', { period, statistic: Stats.SUM }),
    threshold: 1,
    what: `Lambda has stopped invocations of the ${name} function, because it detected a loop.`,
  });
  return {
    StreamAge: {
      metric: functions.stream.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
      threshold: Duration.minutes(10).toMilliseconds(),
      what: 'changes of the table Desired have waited in its stream for ten minutes.',
    },
    ScheduledThrottles: throttles('scheduled'),
    StreamThrottles: throttles('stream'),
    QueuedThrottles: throttles('queued'),
    ScheduledRecursion: dropped('scheduled'),
    StreamRecursion: dropped('stream'),
  };
}
