import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmForms, comparisonOf, type AlarmForm, type Watched } from './alarm-forms.ts';

/** Creates the alarms, which notify the topic when they start and end. */
export function createAlarms(
  scope: Construct,
  { topic, ...watched }: Watched & { readonly topic?: ITopic | undefined },
): readonly Alarm[] {
  const alarms = Object.entries(alarmForms(watched)).map(([name, form]) =>
    createAlarm(scope, name, form),
  );
  if (topic) {
    const action = new SnsAction(topic);
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
  return alarms;
}

function createAlarm(scope: Construct, name: string, form: AlarmForm): Alarm {
  const { metric, threshold, periods = 1, beyond = periods, isLiveness, what } = form;
  return new Alarm(scope, `${name}Alarm`, {
    metric,
    threshold,
    evaluationPeriods: periods,
    datapointsToAlarm: beyond,
    comparisonOperator: comparisonOf(form),
    treatMissingData: isLiveness ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    alarmDescription: `Trueup: ${what} What to do: section ${name} of Trueup's docs/runbook.md`,
  });
}
