import { describe, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { createObservability, measure } from '../../functions/observability.ts';
import { trueupMetrics } from '../../lib/infra/metrics.ts';
import { outcomes } from '../../lib/core/outcome.ts';
import type { OutcomeCounts } from '../../lib/core/outcome.ts';
import { resource, resources, template } from './synthesised.ts';

const stack = template();
const alarm = (name: string, from = stack) =>
  resource(from, 'AWS::CloudWatch::Alarm', `Trueup${name}Alarm`).Properties;

describe('alarms on what passes report', () => {
  test('no pass in three periods: silence is the alarm', () => {
    expect(alarm('NoPass')).toMatchObject({
      Namespace: 'Trueup',
      MetricName: 'Passes',
      Dimensions: [{ Name: 'service', Value: 'trueup' }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test.each([
    ['ServersFailing', 'ServersFailed'],
    ['ServersRefused', 'ServersRefused'],
    ['PassesEndingEarly', 'PassesEndedEarly'],
  ])('%s: in every period of an hour', (name, metric) => {
    expect(alarm(name)).toMatchObject({
      MetricName: metric,
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
    expect(alarm('ServersFailing', patient)).toMatchObject({ Period: 600, EvaluationPeriods: 18 });
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

describe('metrics', () => {
  const dashboard = JSON.stringify(
    resource(stack, 'AWS::CloudWatch::Dashboard', 'Trueup').Properties['DashboardBody'],
  );

  test('the dashboard and the alarms name are those that the functions emit', () => {
    const emitted = new Set<string>();
    const { metrics } = createObservability();
    metrics.addMetric = (name: string) => {
      emitted.add(name);
      return metrics;
    };
    const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
    measure(metrics, {
      pass: 'p',
      trigger: 'schedule',
      connection: 'acme',
      scope: 'all',
      startedAt: '2026-11-22T12:00:00.000Z',
      durationMs: 1,
      servers: 0,
      counts,
      vendorCalls: { list: 1, get: 0, put: 0 },
      secretsDecrypted: 0,
      credentialsDecrypted: 0,
      state: 'ok',
      details: [],
    });
    const byHandlers = ['PassesFailed', 'RecordsPoison', 'RecordsFailed', 'MessagesFailed'];
    expect(trueupMetrics.filter((name) => !emitted.has(name))).toEqual(byHandlers);
  });

  test('the dashboard has every outcome, passes, calls, reasons and ages', () => {
    for (const outcome of outcomes) {
      expect(dashboard).toContain(`Servers${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}`);
    }
    for (const name of ['Passes', 'PassesFailed', 'VendorCallsPut', 'IteratorAge', 'Throttles']) {
      expect(dashboard).toContain(name);
    }
    expect(dashboard).toContain("filter message = 'pass ended early'");
    expect(dashboard).toContain('ApproximateAgeOfOldestMessage');
  });
});
