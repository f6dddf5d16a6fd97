import { setTimeout as sleep } from 'node:timers/promises';
import type { Writable } from '../../../lib/table/table.ts';
import {
  connection,
  drained,
  github,
  poison,
  salesforce,
  salesforceSecret,
  token,
  triggers,
  type Scene,
} from '../scene.ts';
import { check, eventually } from '../steps.ts';

const row = (server: string, spec: Writable) => ({ connection, item: `server#${server}`, spec });

const puts = ({ barndoor }: Scene, server: string) =>
  barndoor.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(server));

/** Rows and secrets are written with AWS calls: the stream, and the queue. */
export async function rows(scene: Scene): Promise<void> {
  const { step } = scene.steps;
  await step('a row of a connection lists it, through the queue', () => connects(scene));
  await step("a row written into Desired: the stream's Lambda issues the PUT", () => put(scene));
  await step('a poison row is invalid, and the rest of its batch goes through', () =>
    poisoned(scene),
  );
  await step('a rotated secret is pushed once, through the queue', () => rotated(scene));
}

async function connects({ aws, barndoor, output }: Scene): Promise<void> {
  await aws.createSecret(`trueup/${connection}/token`, token);
  await aws.createSecret(salesforceSecret, 'first-secret');
  const auth = { type: 'bearer', token: { secret: `trueup/${connection}/token` } };
  const policy = { mode: 'correct' };
  const own = { connection, item: 'connection', provider: 'barndoor', baseUrl: barndoor.url };
  await aws.put(output('DesiredTable'), [{ ...own, auth, policy }]);
  await eventually('a pass of the connection', () =>
    aws.item(output('LedgerTable'), connection, 'pass#last'),
  );
}

async function put(scene: Scene): Promise<void> {
  const { aws, barndoor, output } = scene;
  const secret = { secret: salesforceSecret };
  await aws.put(output('DesiredTable'), [
    row(salesforce, { name: 'Salesforce', slug: 'salesforce', client_secret: secret }),
  ]);
  await eventually('the new name at the vendor', () =>
    barndoor.find(salesforce).name === 'Salesforce' ? true : undefined,
  );
  check(barndoor.find(salesforce).client_secret === 'first-secret', 'its secret was sent');
  const by = await eventually('its change in the Ledger', async () => {
    const found = await triggers(scene, salesforce);
    return found.length > 0 ? found : undefined;
  });
  check(by.join() === 'stream', `changed by the stream, not ${by.join()}`);
}

async function poisoned(scene: Scene): Promise<void> {
  const { aws, barndoor, output } = scene;
  await aws.put(output('DesiredTable'), [
    row(poison, 'no object'),
    row(github, { name: 'GitHub', slug: 'github' }),
    { connection, item: 'a note', text: 'not a row' },
    { connection: 'NO NAME', item: 'server#x', spec: {} },
  ]);
  await eventually('the other row at the vendor', () =>
    barndoor.find(github).name === 'GitHub' ? true : undefined,
  );
  const outcome = await eventually('the poison row in the Ledger', async () => {
    const record = await aws.item(output('LedgerTable'), connection, `server#${poison}`);
    return record?.['outcome'] as string | undefined;
  });
  check(outcome === 'invalid', `invalid, not ${outcome}`);
  check(puts(scene, poison).length === 0, 'nothing was sent for it');
  const failures = await aws.queue(output('FailuresUrl'));
  check(failures['ApproximateNumberOfMessages'] === '0', 'nothing is among the failures');
}

async function rotated(scene: Scene): Promise<void> {
  const { aws, barndoor } = scene;
  const before = puts(scene, salesforce).length;
  await aws.rotate(salesforceSecret, 'second-secret');
  await eventually('the new secret at the vendor', () =>
    barndoor.find(salesforce).client_secret === 'second-secret' ? true : undefined,
  );
  await drained(scene);
  // The same value again: a new version, and nothing to send.
  await aws.rotate(salesforceSecret, 'second-secret');
  await sleep(3000);
  await drained(scene);
  const sent = puts(scene, salesforce).length - before;
  check(sent === 1, `sent once, not ${sent} times`);
  const by = await triggers(scene, salesforce);
  check(by.at(-1) === 'queue', `changed by the queue, not ${by.join()}`);
}
