import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import type { Ledger } from '../../../lib/ledger/ledger.types.ts';
import { LostUpdateError, StoreError } from '../../../lib/model/errors/store-error.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const [id] = serverIds(1) as [string];
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: [{ id, name: 'Old', slug: 's' }] });
  await world.declareConnection();
  await world.declare({ id, spec: { name: 'New' } });
});

afterEach(() => world.close());

const pass = async (over: Partial<Ledger>) => {
  const ledger = { ...world.deps.ledger, ...over };
  const result = await reconcile({ connection, trigger: 'schedule' }, { ...world.deps, ledger });
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
};

const changes = async () =>
  (await world.deps.ledger.history(connection)).map((record) =>
    record.kind === 'change' ? record.fields.map(({ pointer }) => pointer) : record.kind,
  );

test('a history that cannot be written is said, and the server counts as done', async () => {
  const record = () => Promise.reject(new StoreError('throttled', 'no capacity'));
  const report = await pass({ record });
  expect([report.state, outcomesOf(report)]).toEqual(['ok', { updated: 1 }]);
  expect(world.log.lines).toContainEqual({
    level: 'error',
    message: 'history not written',
    fields: expect.objectContaining({ connection, server: id, code: 'throttled' }),
  });
  expect((await world.pass()).vendorCalls.put).toBe(0);
});

test('a change at the vendor is in the history though the item of its server was lost to another', async () => {
  const writeServer = () => Promise.reject(new LostUpdateError('lost', 'it moved'));
  await pass({ writeServer });
  expect(world.barndoor.find(id).name).toBe('New');
  expect(await changes()).toEqual([['/name']]);
});

test('history has before, after, cause, trigger and pass; secrets as version ids', async () => {
  await world.secrets.write(`trueup/${connection}/a`, 'canary-value');
  const spec = { name: 'New', client_secret: { secret: `trueup/${connection}/a` } };
  await world.declare({ id, label: 'mine', spec });
  const report = await world.pass();
  const [event] = world.events.filter(({ type }) => type === 'Server Updated');
  expect(event).toMatchObject({
    change: {
      server: id,
      label: 'mine',
      pass: report.pass,
      trigger: 'schedule',
      fields: [
        { pointer: '/client_secret', cause: 'adopt', after: { kind: 'secret' } },
        { pointer: '/name', cause: 'adopt', before: { value: 'Old' }, after: { value: 'New' } },
      ],
    },
  });
  const record = (await world.deps.ledger.read(connection)).servers.get(id);
  expect(JSON.stringify([world.events, world.log.lines, record, report])).not.toContain(
    'canary-value',
  );
});
