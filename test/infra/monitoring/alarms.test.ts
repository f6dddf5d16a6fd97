import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { removeApps, resource, resources, template } from '../synthesised.ts';

afterAll(removeApps);

const stack = template();
const alarm = (name: string, from = stack) =>
  resource(from, 'AWS::CloudWatch::Alarm', `Trueup${name}Alarm`).Properties;

describe('alarms on what passes report', () => {
  test('the schedule did not run in three periods: silence is the alarm, whatever stream and queue do', () => {
    expect(alarm('ScheduleSilent')).toMatchObject({
      Namespace: 'Trueup',
      MetricName: 'ScheduledRuns',
      Dimensions: [{ Name: 'service', Value: 'Test' }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('some server fails for longer than an hour', () => {
    expect(alarm('ServersFailing')).toMatchObject({
      MetricName: 'FailingAge',
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 3600,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('passes end early in every period of an hour', () => {
    expect(alarm('PassesEndingEarly')).toMatchObject({
      MetricName: 'PassesEndedEarly',
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 12,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('it is not known for an hour whether a server was created or deleted', () => {
    expect(alarm('ServersUnsure')).toMatchObject({
      MetricName: 'UnsureAge',
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 3600,
      TreatMissingData: 'notBreaching',
    });
  });

  test('failing longer than the user says', () => {
    const patient = template({ failingFor: Duration.hours(3), schedule: Duration.minutes(10) });
    expect(alarm('ServersFailing', patient)).toMatchObject({ Period: 600, Threshold: 10_800 });
    expect(alarm('PassesEndingEarly', patient)).toMatchObject({ EvaluationPeriods: 18 });
  });

  test('a pass that has gone on through a hundred invocations', () => {
    expect(alarm('ContinuationHops')).toMatchObject({
      MetricName: 'ContinuationHops',
      Statistic: 'Maximum',
      Threshold: 100,
    });
  });

  test('passes cannot be made in three periods', () => {
    expect(alarm('PassesFailed')).toMatchObject({
      MetricName: 'PassesFailed',
      Statistic: 'Maximum',
      EvaluationPeriods: 3,
      Threshold: 1,
    });
  });

  test('a held plan, at once', () => {
    expect(alarm('HeldPlan')).toMatchObject({ MetricName: 'ServersHeld', EvaluationPeriods: 1 });
  });

  test('more than a share of the fleet: a percentile of ages and counts, the average of what is 0 or 1', () => {
    const large = template({ failingShare: 0.1 });
    for (const [name, threshold] of [
      ['ServersFailing', 3600],
      ['HeldPlan', 1],
    ] as const) {
      expect(alarm(name, large)).toMatchObject({
        ExtendedStatistic: 'p99.9',
        Threshold: threshold,
      });
    }
    for (const name of ['PassesEndingEarly', 'PassesFailed']) {
      expect(alarm(name, large)).toMatchObject({ Statistic: 'Average', Threshold: 0.001 });
    }
    expect(() => template({ failingShare: 51 })).toThrow('failingShare must be');
    expect(() => template({ failingShare: 0.1234 })).toThrow('failingShare must be');
  });
});

describe('alarms on the machinery', () => {
  test.each([
    ['DeadLetters', 'TrueupDeadLetters', 'ApproximateNumberOfMessagesVisible', 1],
    ['Failures', 'TrueupFailures', 'NumberOfMessagesSent', 1],
    ['QueueAge', 'TrueupWork', 'ApproximateAgeOfOldestMessage', 2700],
  ])('%s', (name, queue, metric, threshold) => {
    const { id } = resource(stack, 'AWS::SQS::Queue', queue);
    expect(alarm(name)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: metric,
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  test('Failures ends two periods of the schedule after the last one came, though people leave them there', () => {
    expect(alarm('Failures', template({ schedule: Duration.minutes(10) }))).toMatchObject({
      Period: 600,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('the stream is ten minutes behind', () => {
    const { id } = resource(stack, 'AWS::Lambda::Function', 'TrueupStream');
    expect(alarm('StreamAge')).toMatchObject({
      MetricName: 'IteratorAge',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
      Threshold: 600_000,
    });
  });

  test.each(['Scheduled', 'Stream'])('Lambda stops a loop through %s', (name) => {
    const { id } = resource(stack, 'AWS::Lambda::Function', `Trueup${name}`);
    expect(alarm(`${name}Recursion`)).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'RecursiveInvocationsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
      Threshold: 1,
    });
  });

  test.each(['Scheduled', 'Stream', 'Queued'])('%s is throttled, three periods long', (name) => {
    const { id } = resource(stack, 'AWS::Lambda::Function', `Trueup${name}`);
    expect(alarm(`${name}Throttles`)).toMatchObject({
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
      EvaluationPeriods: 3,
    });
  });
});

describe('every alarm', () => {
  const all = (from = stack) =>
    Object.values(resources(from)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');

  const nameOf = (id: string) => /^Trueup(.*)Alarm[0-9A-F]{8}$/.exec(id)?.[1] ?? id;
  const sections = readFileSync('docs/runbook.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((text) => ({ title: text.slice(0, text.indexOf('\n')), text }));
  const names = Object.entries(resources(stack))
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id]) => nameOf(id));

  test('has a section of the runbook, and each section under a name has its alarm', () => {
    const named = sections.flatMap(({ title }) => title.match(/^\w+$/) ?? []);
    expect(named.toSorted()).toEqual(names.toSorted());
  });

  test.each(names)(
    '%s: its section says what it means, what to look at and do, and when it is harmless',
    (name) => {
      const { text = '' } = sections.find(({ title }) => title === name) ?? {};
      const heads = ['What it means', 'What to look at', 'What to do', 'When it is harmless'];
      const parts = text.split(/^\*\*(.+)\.\*\* /m).slice(1);
      expect(parts.filter((_, at) => at % 2 === 0)).toEqual(heads);
      for (const part of parts.filter((_, at) => at % 2 === 1))
        expect(part.trim()).toMatch(/.{20,}/);
    },
  );

  test('says what it means, and names the page and section that says what to do, in what CloudWatch keeps of a description', () => {
    for (const [id, { Type, Properties }] of Object.entries(resources(stack))) {
      if (Type !== 'AWS::CloudWatch::Alarm') continue;
      const text = String(Properties['AlarmDescription']);
      expect(text).toMatch(/^Trueup: .{40,}/);
      expect(text).toMatch(new RegExp(` section ${nameOf(id)} of Trueup's docs/runbook\\.md$`));
      expect(text.length).toBeLessThanOrEqual(1024);
    }
  });

  test('tells a topic when it begins and when it is over, if there is one', () => {
    expect(all().every(({ Properties }) => !('AlarmActions' in Properties))).toBe(true);
    const arn = 'arn:aws:sns:eu-central-1:123456789012:pager';
    const told = template((scope) => ({ alarmTopic: Topic.fromTopicArn(scope, 'Pager', arn) }));
    for (const { Properties } of all(told)) {
      expect(Properties).toMatchObject({ AlarmActions: [arn], OKActions: [arn] });
    }
  });
});
