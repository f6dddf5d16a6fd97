import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ServerRecord } from '../../lib/model/ledger.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { outcomesOf } from '../../test/support/world.ts';
import { concurrency, pause, startProcessWorld, until } from './process-world.ts';
import type { ProcessWorld } from './process-world.ts';

const connection = 'limited';
const fleet = 200;
const asked: PassRequest = { connection, trigger: 'schedule' };
const ids = Array.from(
  { length: fleet },
  (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
);

let world: ProcessWorld;

beforeAll(async () => {
  world = await startProcessWorld({ latencyMs: 20 });
  await world.connect(connection);
  for (const id of ids) world.barndoor.add({ id, name: `${id} old`, slug: id, client_id: 'old' });
  await eachLimited(ids, 8, (id) =>
    world.desired.put(connection, `server#${id}`, {
      spec: { name: `${id} new`, client_id: 'new' },
    }),
  );
});

afterAll(async () => {
  await world.close();
});

/** How many PUTs each server got. */
function puts(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { method, path = '' } of world.barndoor.requests) {
    const id = path.slice('/api/servers/'.length);
    if (method === 'PUT') counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

const serversOf = async () => (await world.here.ledger.read(connection)).servers;

/** Sent, and nothing says that it arrived. */
const isOpen = (record: ServerRecord | undefined) =>
  record?.contentHash === undefined || record.intent !== undefined;

/** An invocation of a process that was never used before, as after Lambda ended the one before it. */
async function invoke(owner: string) {
  const child = await world.start(owner, { entry: 'function-child.ts' });
  const result = await child.pass(asked);
  await child.kill();
  return result;
}

test('a function that is stopped at its time limit in the middle of a pass: the next one sends again what was in flight, and nothing else', async () => {
  const stopped = await world.start('stopped', { entry: 'function-child.ts' });
  const over = stopped.pass(asked).then(
    ({ kind }) => kind,
    (error: unknown) => String(error),
  );
  await until(() => puts().size > 0);
  await pause(300);
  await stopped.kill();
  expect(await over).toContain('stopped ended');
  const sent = puts();
  expect(sent.size).toBeGreaterThan(0);
  expect(sent.size).toBeLessThan(fleet);

  // The dead one's lease stands: what comes now leaves word, and calls nobody.
  const calls = world.barndoor.requests.length;
  expect((await invoke('early')).kind).toBe('knocked');
  expect(world.barndoor.requests).toHaveLength(calls);

  await world.untilFree(connection);
  const before = await serversOf();
  const open = new Set([...sent.keys()].filter((id) => isOpen(before.get(id))));
  expect(open.size).toBeLessThanOrEqual(concurrency);
  const next = await invoke('next');
  expect(next.kind === 'done' && next.report.state).toBe('ok');

  const often = [...puts()].filter(([id, count]) => count !== (open.has(id) ? 2 : 1));
  expect([puts().size, often]).toEqual([fleet, []]);
  const wrong = ids.filter((id) => {
    const { name, client_id: clientId } = world.barndoor.find(id);
    return name !== `${id} new` || clientId !== 'new';
  });
  expect(wrong).toEqual([]);
  const after = await serversOf();
  expect(ids.filter((id) => isOpen(after.get(id)))).toEqual([]);

  const last = await invoke('last');
  expect(last.kind === 'done' && [last.report.vendorCalls.put, outcomesOf(last.report)]).toEqual([
    0,
    { assumed: fleet },
  ]);
  expect(await serversOf()).toEqual(after);
});
