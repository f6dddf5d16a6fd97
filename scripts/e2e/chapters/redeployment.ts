import { setTimeout as sleep } from 'node:timers/promises';
import { connection, github, salesforce, triggers, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';

/** Changed code on the same data, and the schedule. */
export async function redeployment(scene: Scene, settings: object): Promise<void> {
  const { step } = scene.steps;
  await step('a second deploy with changed code keeps tables, rows and key', () =>
    keeps(scene, settings),
  );
  await step("drift at the vendor: the schedule's Lambda corrects it, with the new code", () =>
    corrects(scene),
  );
  await step('in sync, a pass sends nothing', () => rests(scene));
}

async function keeps(scene: Scene, settings: object): Promise<void> {
  const { aws, deployment, output } = scene;
  const kept = ['DesiredTable', 'LedgerTable', 'FingerprintSecret'];
  const names = kept.map(output);
  const key = await aws.secret(output('FingerprintSecret'));
  const record = await aws.item(output('LedgerTable'), connection, `server#${salesforce}`);
  deployment.replace('lib/wiring.ts', 'owner: `function ', 'owner: `second deployment ');
  await scene.deploy({ ...settings, scheduleMinutes: 1 });
  check(kept.map(output).join() === names.join(), 'the same names');
  check((await aws.secret(output('FingerprintSecret'))) === key, 'the same key');
  const after = await aws.item(output('LedgerTable'), connection, `server#${salesforce}`);
  check(JSON.stringify(after) === JSON.stringify(record), 'the same record');
  const desired = await aws.items(output('DesiredTable'), connection, 'server#');
  check(desired.length === 3, `three rows, not ${desired.length}`);
}

async function corrects(scene: Scene): Promise<void> {
  const { aws, barndoor, output } = scene;
  barndoor.edit(github, { name: 'Changed by hand' });
  await eventually(
    'the declared name at the vendor',
    () => (barndoor.find(github).name === 'GitHub' ? true : undefined),
    150,
  );
  const by = await eventually('its change in the Ledger', async () => {
    const found = await triggers(scene, github);
    return found.length > 1 ? found : undefined;
  });
  check(by.at(-1) === 'schedule', `changed by the schedule, not ${by.join()}`);
  const lease = await aws.item(output('LedgerTable'), connection, 'lease');
  check(JSON.stringify(lease).includes('second deployment'), 'the lease was of the new code');
}

async function rests({ aws, barndoor, output }: Scene): Promise<void> {
  const [before, lists] = [barndoor.counts.put, barndoor.counts.list];
  await aws.invoke(output('ScheduledFunction'));
  await eventually('another pass', () => (barndoor.counts.list > lists ? true : undefined));
  await sleep(1000);
  check(barndoor.counts.put === before, 'no PUT');
}
