import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import type { PassRequest } from '../../../lib/pass/request.types.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { defaultSettings } from '../../../lib/lease/settings.types.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { holdPut, until } from '../../support/held.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const [a = '', b = ''] = serverIds(2);
const schedule: PassRequest = { connection, trigger: 'schedule' };
const over = defaultSettings.leaseMs + defaultSettings.marginMs + 1;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
  for (const id of [a, b]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
});

afterEach(async () => {
  await world.close();
});

/** A process whose clock is so many leases ahead: for it, the lease of the one before is over. */
const process = (owner: string, ahead = 0): Dependencies => {
  const deps = anotherProcess(world);
  return { ...deps, owner, clock: { ...deps.clock, now: () => deps.clock.now() + ahead * over } };
};
const declare = (client: string) =>
  world.declare(
    { id: a, spec: { name: 'New a', client_id: client } },
    { id: b, spec: { name: `b for ${client}` } },
  );
const putsOf = (id: string) =>
  world.barndoor.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(id));
const marked = async () => [...(await world.deps.ledger.read(connection)).resend.keys()];

test('two suspended senders of one server: the mark of the second stays until a later pass has sent', async () => {
  await declare('first');
  const answerFirst = holdPut(world, a);
  const first = reconcile(schedule, process('first'));
  await until(() => putsOf(a).length === 1);

  await declare('second');
  const answerSecond = holdPut(world, a);
  const second = reconcile(schedule, process('second', 1));
  await until(() => putsOf(a).length === 2);
  answerFirst();
  await first;
  expect(await marked()).toEqual([a]);

  // The third sends while the second's PUT is on its way to the vendor, and is not done before it has arrived.
  await declare('third');
  const answerThird = holdPut(world, b);
  const third = reconcile(schedule, process('third', 2));
  await until(() => putsOf(a).length === 3 && world.barndoor.find(a).client_id === 'third');
  answerSecond();
  await second;
  expect(world.barndoor.find(a).client_id).toBe('second');
  answerThird();
  await third;
  expect(putsOf(a)).toHaveLength(3);
  expect(await marked()).toEqual([a]);

  await reconcile(schedule, process('fourth', 3));
  expect(world.barndoor.find(a).client_id).toBe('third');
  expect(await marked()).toEqual([]);
  await reconcile(schedule, process('fifth', 3));
  expect(putsOf(a)).toHaveLength(4);
});

test('a person who was shown less than is to be sent again leaves the word where it is', async () => {
  await declare('first');
  const deps = process('one');
  await reconcile(schedule, deps);
  await world.declare({ id: a, spec: { name: 'Newer a', client_id: 'first' } });
  const { plan } = await preview(schedule, deps);
  const shown = new Set(plan.changes.flatMap(({ changes }) => changes.map(({ hash }) => hash)));
  // After it was shown somebody wakes up whose PUT came late.
  world.barndoor.edit(a, { client_id: 'too late' });
  await deps.ledger.markResend(connection, a, 'the late one');
  const attended = { shown, approved: true, includeReport: true, lockTimeoutMs: 0 };
  await reconcile({ ...schedule, trigger: 'cli', attended }, deps);
  expect(world.barndoor.find(a)).toMatchObject({ name: 'Newer a', client_id: 'too late' });
  expect(await marked()).toEqual([a]);
  await reconcile(schedule, deps);
  expect(world.barndoor.find(a).client_id).toBe('first');
  expect(await marked()).toEqual([]);
});

test.each([
  ['in sync', 'b for first'],
  ['to be changed', 'another'],
])('a mark of a server that has nothing unreadable, %s, is forgotten', async (_, name) => {
  await declare('first');
  await reconcile(schedule, process('one'));
  await world.declare({ id: b, spec: { name } });
  await world.deps.ledger.markResend(connection, b, 'mark');
  await reconcile({ ...schedule, servers: [a] }, process('two'));
  expect(await marked()).toEqual([b]);
  await reconcile(schedule, process('three'));
  expect(await marked()).toEqual([]);
  expect(putsOf(b)).toHaveLength(name === 'another' ? 2 : 1);
});

test('a sender that cannot write its items marks each server once a pass, and leaves no more behind', async () => {
  await declare('first');
  const { ledger } = world.deps;
  const unlucky: Dependencies = {
    ...process('unlucky'),
    ledger: {
      ...ledger,
      writeServer: (name, record) =>
        record.intent
          ? ledger.writeServer(name, record)
          : Promise.reject(new StoreError('store-failed', 'said the test')),
    },
  };
  const marksOf = async () => (await ledger.read(connection)).resend.get(a)?.size;
  for (let pass = 1; pass <= 3; pass += 1) {
    await reconcile({ ...schedule, servers: [a] }, unlucky);
    expect([putsOf(a).length, await marksOf()]).toEqual([pass, 1]);
    world.clock.advance(1);
  }
  await reconcile(schedule, process('lucky'));
  expect([putsOf(a).length, await marksOf()]).toEqual([4, undefined]);
});
