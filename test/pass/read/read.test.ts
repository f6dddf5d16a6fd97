import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { connection, serverIds, startWorld, type TestWorld } from '../../support/world.ts';

const [id = ''] = serverIds(1);
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: [{ id, name: 'A' }] });
  await world.declareConnection();
  await world.declare({ id, spec: { name: 'A' } });
});

afterEach(() => world.close());

// A rejection that nothing handles ends a process of Node; Jest fails the test by it.
test.each([
  ['of named servers', { servers: [id] }],
  ['of all servers, whose list failed before', {}],
])('a table that cannot be read ends a pass %s, and not its process', async (_, request) => {
  world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 403 } });
  const { ledger } = world.deps;
  const read = async () => {
    if (!('servers' in request)) while (world.barndoor.counts.list === 0) await sleep(2);
    await sleep(20);
    throw new StoreError('store-unreachable', 'away');
  };
  const pass = reconcile(
    { connection, trigger: 'schedule', ...request },
    { ...world.deps, ledger: { ...ledger, read } },
  );
  await expect(pass).rejects.toMatchObject({ code: 'store-unreachable' });
});
