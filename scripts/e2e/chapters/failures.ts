import { setTimeout as sleep } from 'node:timers/promises';
import { salesforce, salesforceSecret, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';

/** What cannot be processed is kept for people. */
export async function failures(scene: Scene, settings: object): Promise<void> {
  const { step } = scene.steps;
  await step('a message that is not understood is a dead letter after five receives', () =>
    deadLetter(scene),
  );
  await step('roles are enforced: without its permission, a rotated secret is not pushed', () =>
    enforced(scene, settings),
  );
  await step('an invocation of the schedule that fails is among the failures, at once', () =>
    failed(scene),
  );
}

async function deadLetter({ aws, output }: Scene): Promise<void> {
  const { VisibilityTimeout = '' } = await aws.queue(output('QueueUrl'));
  check(VisibilityTimeout === '1800', `hidden for half an hour, not ${VisibilityTimeout} s`);
  // Five receives would take two hours.
  await aws.setQueue(output('QueueUrl'), { VisibilityTimeout: '1' });
  const poison = '{"version":1,"of":"nobody"}';
  await aws.send(output('QueueUrl'), poison);
  const found = await eventually('the message among the dead letters', () =>
    aws.receive(output('DeadLettersUrl')),
  );
  check(found === poison, `the message as it was, not ${found}`);
  await aws.setQueue(output('QueueUrl'), { VisibilityTimeout });
  const logged = (await aws.logOf(output('QueuedFunction'))).filter((line) =>
    line.includes('"message":"message failed"'),
  );
  check(logged.length === 5, `five failures in the log, not ${logged.length}`);
}

/** A permission that the step removes, and restores for the next deployment. */
const permissions: readonly (readonly [whole: string, less: string])[] = [
  ["allow('ReadSecrets', read,", "allow('ReadSecrets', read.slice(1),"],
  ["['dynamodb:Scan'], [indexArn(desired)]", "['dynamodb:Query'], [indexArn(desired)]"],
];

async function enforced(scene: Scene, settings: object): Promise<void> {
  const { aws, barndoor, deployment } = scene;
  for (const [whole, less] of permissions) {
    deployment.replace('lib/infra/access/permissions.ts', whole, less);
  }
  await scene.deploy({ ...settings, scheduleMinutes: 480 });
  for (const [whole, less] of permissions) {
    deployment.replace('lib/infra/access/permissions.ts', less, whole);
  }
  await aws.rotate(salesforceSecret, 'third-secret');
  await sleep(5000);
  const { client_secret: secret } = barndoor.find(salesforce);
  check(secret === 'second-secret', 'the vendor has the former one');
}

/** The schedule is not permitted to list connections any more, so the function throws. */
async function failed({ aws, output }: Scene): Promise<void> {
  await aws.invoke(output('ScheduledFunction'));
  const found = await eventually('the invocation among the failures', () =>
    aws.receive(output('FailuresUrl')),
  );
  check(found.includes('store-denied') || found.includes('AccessDenied'), `why: ${found}`);
}
