import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { stackName, type Scene } from '../scene.ts';
import { check } from '../steps.ts';

interface Embedded {
  readonly [name: string]: unknown;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/**
 * The functions' logs become metrics, as CloudWatch would make them (the emulator does not), and the stack's alarms go off
 * by them.
 */
export async function alarms({ aws, output, steps }: Scene): Promise<void> {
  await steps.step(
    'alarms go off by what the functions logged: a held plan, a failing server',
    async () => {
      const names = ['ScheduledFunction', 'StreamFunction', 'QueuedFunction'].map(output);
      const logs = await Promise.all(names.map((name) => aws.logOf(name)));
      const data = logs
        .flat()
        .filter((line) => line.startsWith('{"_aws"'))
        .flatMap(dataOf);
      check(data.length > 0, 'functions logged metrics');
      for (let from = 0; from < data.length; from += 500) {
        // oxlint-disable-next-line no-await-in-loop -- CloudWatch accepts at most a thousand a call
        await aws.putMetrics('Trueup', data.slice(from, from + 500));
      }
      const states = await aws.alarms(`${stackName}-`);
      const stateOf = (name: string) =>
        [...states].find(([key]) => key.includes(`${name}Alarm`))?.[1];
      for (const name of ['HeldPlan', 'ServersFailing']) {
        check(stateOf(name) === 'ALARM', `${name} goes off: ${stateOf(name)}`);
      }
      const silent = stateOf('ScheduleSilent');
      check(silent === 'OK', `the schedule has run: ${silent}`);
    },
  );
}

function dataOf(line: string): MetricDatum[] {
  const embedded = JSON.parse(line) as Embedded;
  return embedded['_aws'].CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    check(Namespace === 'Trueup', `the namespace is Trueup, not ${Namespace}`);
    return Dimensions.flatMap((keys) =>
      Metrics.map(({ Name }) => ({
        MetricName: Name,
        Dimensions: keys.map((key) => ({ Name: key, Value: String(embedded[key]) })),
        Values: [embedded[Name]].flat().map(Number),
      })),
    );
  });
}
