import type { Effect } from '../../../lib/local/gateways/misbehaviour.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../../lib/pass/request.types.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { connection, serverIds, startWorld, type TestWorld } from '../../support/world.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const ids = serverIds(10);
export const [a = '', b = ''] = ids;
export const policy = { mode: 'correct', limits: { minimum: 1000 } };

/** The world of the test that runs. */
export let world: TestWorld;

/** Ten servers, of which each has one field to update. */
export const startTen = () => startServers(ids);

/** The first three of them, where it is one that fails. */
export const startThree = () => startServers(ids.slice(0, 3));

async function startServers(some: readonly string[]) {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection({ policy });
  for (const id of some) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...some.map((id) => ({ id, spec: { name: `New ${id}` } })));
}

export const closeTen = () => world.close();

export const record = async (id: string) =>
  (await world.deps.ledger.read(connection)).servers.get(id);
export const failPut = (effect: Effect, id = b) =>
  world.barndoor.misbehave({ method: 'PUT', id, effect });

/** Short of when something is due, and long enough for a pass: the clock of a world goes on by itself. */
export const aMoment = 15_000;
export const advanceTo = (time: string | undefined, ms = 0) =>
  world.clock.advance(Date.parse(time ?? '') + ms - world.clock.now());
export const minutesTo = (time: string | undefined) =>
  Math.round((Date.parse(time ?? '') - world.clock.now()) / minute);

/** When a server was sent to. */
export const putsTo = (id: string) =>
  world.barndoor.requests
    .filter(({ method, path }) => method === 'PUT' && path.endsWith(id))
    .map(({ at }) => at);

/** A pass of a process whose requests time out at once where no answer comes, and which takes 64 KB at most. */
export async function impatient(request: Partial<PassRequest> = {}) {
  const whole = { connection, trigger: 'schedule' as const, ...request };
  const result = await reconcile(whole, anotherProcess(world));
  if (result.kind !== 'done') throw new Error('another process owns the lease');
  return result.report;
}
