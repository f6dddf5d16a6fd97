import { describe, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { resource, resources, template } from '../synthesised.ts';

const stack = template();
const alarm = (name: string, from = stack) =>
  resource(from, 'AWS::CloudWatch::Alarm', `Trueup${name}Alarm`).Properties;

describe('alarms on what passes report', () => {
  test('no pass in three periods: silence is the alarm', () => {
    expect(alarm('NoPass')).toMatchObject({
      Namespace: 'Trueup',
      MetricName: 'Passes',
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

  test('a held plan, at once', () => {
    expect(alarm('HeldPlan')).toMatchObject({ MetricName: 'ServersHeld', EvaluationPeriods: 1 });
  });
});

describe('alarms on the machinery', () => {
  test.each([
    ['DeadLetters', 'TrueupDeadLetters', 'ApproximateNumberOfMessagesVisible', 1],
    ['Failures', 'TrueupFailures', 'ApproximateNumberOfMessagesVisible', 1],
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

  test('says what it means and what to do, in what CloudWatch keeps of a description', () => {
    for (const { Properties } of all()) {
      const text = String(Properties['AlarmDescription']);
      expect(text).toMatch(/^Trueup: .{80,}/);
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
