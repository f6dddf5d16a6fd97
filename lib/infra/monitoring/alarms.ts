import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Stats,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
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
  readonly topic?: ITopic | undefined;
}

interface AlarmForm {
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods of the metric in a row. Defaults to one. */
  readonly periods?: number;
  /** What it means, and what to do. */
  readonly what: string;
}

/** Alarms. The description of each says what to do. */
export function createAlarms(scope: Construct, watched: Watched): Alarm[] {
  const forms = { ...passAlarms(watched), ...queueAlarms(watched), ...lambdaAlarms(watched) };
  const alarms = Object.entries(forms).map(([id, form]) => above(scope, `${id}Alarm`, form));
  alarms.push(noPass(scope, watched));
  if (watched.topic) {
    const action = new SnsAction(watched.topic);
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
  return alarms;
}

function above(scope: Construct, id: string, { metric, threshold, periods = 1, what }: AlarmForm) {
  return new Alarm(scope, id, {
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `Trueup: ${what}`,
  });
}

const dayMinutes = 24 * 60;

/** Continuations in a row: 10,000 changes at 80 requests a minute take about 50, at 60 about 80. */
const hopsAtMost = 100;

function noPass(scope: Construct, { metric, schedule }: Watched): Alarm {
  return new Alarm(scope, 'NoPassAlarm', {
    metric: metric('Passes', schedule),
    threshold: 1,
    evaluationPeriods: 3,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
    alarmDescription:
      'Trueup: no pass in three periods of the schedule, so nothing is kept true. If no connection is declared yet, ' +
      "declare one. Otherwise look at the scheduled function's log for 'function failed', at its Throttles, and at whether " +
      'the schedule is enabled.',
  });
}

function passAlarms({ metric, schedule, failingFor }: Watched): Record<string, AlarmForm> {
  const [long, every] = [failingFor.toMinutes(), schedule.toMinutes()];
  return {
    ServersFailing: {
      metric: metric('FailingAge', schedule, Stats.MAXIMUM),
      threshold: failingFor.toSeconds(),
      what:
        `a server was not as declared for ${long} minutes: it is failed, refused, waiting, missing or invalid. ` +
        "'trueup status --failing' names it, the reason, and when it is tried again; 'trueup retry' tries it at once, as does a " +
        'change of its declaration or secret, and a value that the vendor answered with 200 but did not apply has to be declared in the form that it accepts.',
    },
    PassesEndingEarly: {
      metric: metric('PassesEndedEarly', schedule, Stats.MAXIMUM),
      threshold: 1,
      // CloudWatch looks back a day at most.
      periods: Math.min(Math.ceil(long / every), Math.floor(dayMinutes / every)),
      what:
        `passes have ended early for ${long} minutes: a connection is unreachable, needs a new sign-in, or its row is invalid. Look for ` +
        "'pass ended early' in the logs; 'trueup status' names the connection.",
    },
    ContinuationHops: {
      metric: metric('ContinuationHops', schedule, Stats.MAXIMUM),
      threshold: hopsAtMost,
      what:
        `a pass has gone on through ${hopsAtMost} invocations in a row, hours in all. If a connection has thousands of servers and all of ` +
        'them change, that is how long its budget takes. Otherwise look at what it changes again and again: ' +
        "'trueup history' of the connection that the queued function's log names in 'pass completed'.",
    },
    HeldPlan: {
      metric: metric('ServersHeld', schedule, Stats.MAXIMUM),
      threshold: 1,
      what:
        'the guard holds a plan: more of a connection would change at once than its policy allows. Read it with ' +
        "'trueup plan', then 'trueup approve' its digest, or correct what was declared.",
    },
  };
}

function queueAlarms({ queues }: Watched): Record<string, AlarmForm> {
  const period = Duration.minutes(5);
  return {
    DeadLetters: {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      threshold: 1,
      what:
        "messages of the work queue failed repeatedly. Look for 'message failed' in the queued function's log; once " +
        "the cause is gone, 'aws sqs start-message-move-task --source-arn' with the ARN of DeadLetters sends them back.",
    },
    Failures: {
      metric: queues.failures.metricApproximateNumberOfMessagesVisible({ period }),
      threshold: 1,
      what:
        'stream records, scheduled invocations or events of secrets could not be processed. Each message says which and ' +
        'why; the next scheduled pass does what they asked for, so delete them once the cause is gone.',
    },
    QueueAge: {
      metric: queues.work.metricApproximateAgeOfOldestMessage({ period }),
      threshold: 45 * 60,
      what:
        'work has waited for 45 minutes. Raise the concurrency of the queue if passes succeed and are many; otherwise look at ' +
        "'message failed' and Throttles of the queued function.",
    },
  };
}

function lambdaAlarms({ functions }: Watched): Record<string, AlarmForm> {
  const period = Duration.minutes(5);
  const throttles = (name: FunctionName): AlarmForm => ({
    metric: functions[name].metricThrottles({ period }),
    threshold: 1,
    periods: 3,
    what:
      `the ${name} function is throttled: the account's concurrency in this region is used up. Raise its quota, or lower ` +
      "the queue's concurrency.",
  });
  const dropped = (name: FunctionName): AlarmForm => ({
    metric: functions[name].metric('RecursiveInvocationsDropped', { period, statistic: Stats.SUM }),
    threshold: 1,
    what:
      `Lambda has stopped invocations of the ${name} function because they seem to go round in a loop. Nothing of Trueup does: look ` +
      'for a function or rule of your own that answers its events by invoking it or by writing to its tables.',
  });
  return {
    ScheduledRecursion: dropped('scheduled'),
    StreamRecursion: dropped('stream'),
    StreamAge: {
      metric: functions.stream.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
      threshold: Duration.minutes(10).toMilliseconds(),
      what:
        "changes of Desired have waited for ten minutes. Look for 'message not sent' and 'function failed' in the stream " +
        "function's log, and at its Throttles; after an hour a record is given up and the schedule does its work.",
    },
    ScheduledThrottles: throttles('scheduled'),
    StreamThrottles: throttles('stream'),
    QueuedThrottles: throttles('queued'),
  };
}
