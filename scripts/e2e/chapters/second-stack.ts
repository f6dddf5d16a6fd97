import { setTimeout as sleep } from 'node:timers/promises';
import { connection, github, salesforce, stackName, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';

const second = 'TrueupE2eSecond';
const third = 'TrueupE2eThird';

/** Another stack in the same account and region, with its own prefix. */
export async function secondStack(scene: Scene, settings: object): Promise<void> {
  const { aws, output, steps } = scene;
  await steps.step('a second stack in the account shares no name, metric or row', async () => {
    const rarely = { ...settings, scheduleMinutes: 480 };
    const prefixed = { secretPrefix: 'second' };
    const outputs = await scene.deploy(rarely, { [second]: { ...rarely, ...prefixed } });
    const { [stackName]: first = {}, [second]: own = {} } = outputs;
    const same = Object.keys(first).filter((name) => first[name] === own[name]);
    // Neither stack creates these.
    check(same.toSorted().join() === 'EventBus,Version', `all others differ, not ${same.join()}`);
    check(own['SecretPrefix'] === 'second', 'a prefix of its own');
    const variables = await aws.environmentOf(own['QueuedFunction'] ?? '');
    check(variables['POWERTOOLS_SERVICE_NAME'] === second, 'metrics under its own name');
    check((await aws.alarms(`${second}-`)).size > 5, 'alarms of its own');
    const row = await aws.item(own['DesiredTable'] ?? '', connection, 'connection');
    check(row === undefined, 'no row of the first');
    const kept = await aws.item(output('DesiredTable'), connection, 'connection');
    check(kept !== undefined, 'which still has it');
  });
}

/** A new stack on the tables that the removed one left. */
export async function stackOnKeptTables(scene: Scene, settings: object): Promise<void> {
  const { aws, barndoor, deployment, output, steps } = scene;
  await steps.step('a new stack goes on with the tables that were kept', async () => {
    const [desired, ledger] = await Promise.all(
      ['DesiredTable', 'LedgerTable'].map((name) => aws.table(output(name))),
    );
    const desiredTable = { arn: desired?.TableArn, streamArn: desired?.LatestStreamArn };
    const tables = { desiredTable, ledgerTable: { arn: ledger?.TableArn } };
    const more = { ...settings, ...tables, scheduleMinutes: 480 };
    const { [third]: own = {} } = await deployment.deploy({ [third]: more });
    check(own['LedgerTable'] === output('LedgerTable'), 'the same ledger');
    const sent = barndoor.counts.put;
    // A message that met the fault comes back within minutes: the removed stack may have sent it.
    const isRotated = barndoor.find(salesforce).client_secret === 'third-secret';
    barndoor.edit(github, { name: 'While there was no stack' });
    // The connection still backs off, because its secrets could not be read.
    await eventually(
      'the declared name at the vendor',
      async () => {
        await aws.invoke(own['ScheduledFunction'] ?? '');
        await sleep(3000);
        return barndoor.find(github).name === 'GitHub' ? true : undefined;
      },
      150,
    );
    await eventually('the secret that was rotated while it could not be read', () =>
      barndoor.find(salesforce).client_secret === 'third-secret' ? true : undefined,
    );
    const puts = barndoor.counts.put - sent;
    check(puts === (isRotated ? 1 : 2), `each was sent once, and nothing more: ${puts} PUTs`);
  });
}
