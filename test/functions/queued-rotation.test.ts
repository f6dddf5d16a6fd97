import { afterEach, expect, test } from '@jest/globals';
import { connection, serverIds } from '../support/world.ts';
import { record, startTriggers, type TriggerWorld } from './trigger-world.ts';

const ids = serverIds(30);
const shared = `trueup/${connection}/shared`;

let world: TriggerWorld;
afterEach(() => world.close());

const secretsOfAll = () => ids.map((id) => world.barndoor.find(id).client_secret);
const all = (value: string) => ids.map(() => value);

test('the rotation of a secret that 30 servers share is 30 PUTs by one delivery, with one DescribeSecret', async () => {
  world = await startTriggers();
  await world.secrets.write(shared, 'first');
  for (const id of ids) world.barndoor.add({ id, name: id, slug: `s-${id}` });
  await world.declareConnection({
    policy: { mode: 'correct', limits: { updates: '100%', minimum: 30 } },
  });
  await world.declare(
    ...ids.map((id) => ({ id, spec: { name: `New ${id}`, client_secret: { secret: shared } } })),
  );
  await world.stream(ids.map((id) => record(connection, `server#${id}`)));
  await world.pump();
  expect(secretsOfAll()).toEqual(all('first'));

  // As AWS's may for minutes, the list does not show the rotation yet.
  world.secretsManager.freezeList();
  world.callsSince();
  await world.secrets.write(shared, 'second');
  expect(await world.pump()).toEqual({ delivered: 1, failures: [] });
  expect(secretsOfAll()).toEqual(all('second'));
  // Neither the next tick nor a continuation has anything left to do.
  expect(world.messages()).toEqual([]);
  expect(world.callsSince()).toMatchObject({
    put: 30,
    DescribeSecret: 1,
    ListSecrets: 1,
    BatchGetSecretValue: 1,
  });
});
