import { alloyConnection, connection, serverIds, startWorld } from '../../test/support/world.ts';
import type { TestWorld } from '../../test/support/world.ts';

export const ids = serverIds(40);

const allow = (...allowedIds: string[]) => ({ users: { mode: 'allowlist', allowedIds } });

/** A fleet with a server in nearly every state: what every page has something to show of. */
export async function startBusyWorld(): Promise<TestWorld> {
  const world = await startWorld(
    { servers: ids.map((id) => ({ id, name: `Live ${id}` })) },
    { sqliteLedger: true },
  );
  await world.secrets.write('trueup/acme/app', 'a-secret');
  await world.declareConnection();
  const secret = { secret: 'trueup/acme/app' };
  await world.declare(
    ...ids.slice(0, 30).map((id, index) => ({
      id,
      label: `team-${index}`,
      spec: { name: `Live ${id}`, ...(index === 0 && { client_id: 'app', client_secret: secret }) },
    })),
    { id: '99999999-0000-4000-8000-000000000000', label: 'gone', spec: { name: 'Gone' } },
  );
  await world.pass();
  world.alloy.add({ serverId: 's1', name: 'One', restrictions: allow('a') });
  await world.declareAlloyConnection({ policy: { mode: 'report' } });
  await world.declareAtAlloy({ id: 's1', label: 'desk', spec: { restrictions: allow('a', 'b') } });
  await world.pass({ connection: alloyConnection });
  const [, failing = '', broken = '', paused = '', drifted = ''] = ids;
  world.barndoor.misbehave({ method: 'PUT', id: failing, effect: { kind: 'status', status: 403 } });
  world.barndoor.edit(failing, { name: 'Renamed by hand' });
  world.barndoor.edit(drifted, { name: 'Another name' });
  await world.declare({ id: broken, label: 'team-2', spec: { nmae: 'Slip' } });
  await world.deps.ledger.pause(connection, {
    id: paused,
    at: new Date(world.clock.now()).toISOString(),
    by: 'lee@desk',
    reason: 'vendor maintenance',
  });
  await world.pass();
  return world;
}

/** The guard holds a change of most servers. @returns its digest */
export async function holdPlan(world: TestWorld): Promise<string> {
  await world.declare(
    ...ids
      .slice(5, 30)
      .map((id, index) => ({ id, label: `team-${index + 5}`, spec: { name: `New ${id}` } })),
  );
  return (await world.pass()).held ?? '';
}
