import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Effect, Json } from '../../../lib/local/gateways/misbehaviour.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { outcomesOf, serverIds, startWorld, type TestWorld } from '../../support/world.ts';
import { atGateway, gatewayNames, type AtGateway } from '../support/at-gateway.ts';

const minute = 60_000;
const [a = ''] = serverIds(1);

let world: TestWorld;
let gateway: AtGateway;

afterEach(() => world.close());

const pass = async () => outcomesOf(await world.pass({ connection: gateway.connection }));
const later = async () => {
  world.clock.advance(5 * minute);
  return pass();
};
const puts = () => gateway.requests.filter(({ method }) => method === 'PUT');
const onPut = (effect: Effect, times?: number) =>
  gateway.misbehave({ method: 'PUT', effect, ...(times !== undefined && { times }) });
const record = async () => (await world.deps.ledger.read(gateway.connection)).servers.get(a);
const stored = (field: string) => gateway.stored(a)[field];
const loud = (server: Json): Json => ({ ...server, name: String(server['name']).toUpperCase() });

describe.each(gatewayNames)('what the answer to a PUT of %s shows', (name) => {
  beforeEach(async () => {
    world = await startWorld({}, { sqliteLedger: true });
    gateway = atGateway(world, name);
    await gateway.declareConnection();
    gateway.add(a, 'Old');
    await gateway.declare(a, { name: 'New' });
  });

  test('the old value, applied all the same: a later list decides', async () => {
    onPut({ kind: 'stale', applied: true }, 1);
    expect(await pass()).toEqual({ waiting: 1 });
    expect(await record()).toMatchObject({ outcome: 'waiting', reason: { code: 'not-applied' } });
    expect(await pass()).toEqual({ inSync: 1 });
    expect(puts()).toHaveLength(1);
    expect((await record())?.undecided).toEqual({});
  });

  test('always the old value: three attempts with backoff, then refused until it changes', async () => {
    const end = onPut({ kind: 'stale', applied: false });
    for (let nth = 0; nth < 20; nth += 1) {
      await pass();
      world.clock.advance(minute);
    }
    expect(puts()).toHaveLength(3);
    expect(await record()).toMatchObject({ outcome: 'refused', reason: { pointer: '/name' } });
    end();
    expect(await pass()).toEqual({ refused: 1 });
    await gateway.declare(a, { name: 'Newer' });
    expect(await pass()).toEqual({ updated: 1 });
  });

  test.each([
    ['answered with 502', false],
    ['not recorded, since the store is away', true],
  ])(
    'refused, then another value applied and %s: the refused one is sent again when it is declared again',
    async (_, isStoreAway) => {
      const end = onPut({ kind: 'stale', applied: false });
      for (let nth = 0; nth < 5; nth += 1) {
        await pass();
        world.clock.advance(10 * minute);
      }
      expect(await record()).toMatchObject({ outcome: 'refused' });
      end();

      await gateway.declare(a, { name: 'Between' });
      onPut({ kind: 'status', status: 502, applied: true }, 1);
      const before = puts().length;
      const { ledger } = world.deps;
      const writeServer: typeof ledger.writeServer = async (...inputs) => {
        if (isStoreAway && puts().length > before)
          throw new StoreError('store-unreachable', 'away');
        return ledger.writeServer(...inputs);
      };
      const request = { connection: gateway.connection, trigger: 'schedule' } as const;
      const deps = { ...world.deps, ledger: { ...ledger, writeServer } };
      await reconcile(request, deps).catch(() => undefined);
      expect(stored('name')).toBe('Between');

      await gateway.declare(a, { name: 'New' });
      world.clock.advance(10 * minute);
      expect(await pass()).toEqual({ updated: 1 });
      expect(stored('name')).toBe('New');
    },
  );

  test('a third value, and again: in sync once a list confirms it, and never fought over', async () => {
    onPut({ kind: 'normalise', change: loud });
    expect(await pass()).toEqual({ waiting: 1 });
    expect(await later()).toEqual({ waiting: 1 });
    for (let nth = 0; nth < 3; nth += 1) expect(await later()).toEqual({ inSync: 1 });
    expect(puts()).toHaveLength(2);
    // what another person makes of it is drift
    gateway.rename(a, 'Theirs');
    expect(await later()).toEqual({ waiting: 1 });
    expect(stored('name')).toBe('NEW');
    // and another declaration is another value
    await gateway.declare(a, { name: 'NEWER' });
    expect(await later()).toEqual({ updated: 1 });
  });

  test('a third value that no list confirms: sent again, and refused after three attempts', async () => {
    onPut({ kind: 'normalise', stored: false, change: loud });
    const end = onPut({ kind: 'stale', applied: false });
    for (let nth = 0; nth < 10; nth += 1) await later();
    expect(puts()).toHaveLength(3);
    expect(await later()).toEqual({ refused: 1 });
    end();
    expect(await later()).toEqual({ refused: 1 });
    await gateway.declare(a, { name: 'Newer' });
    expect(await later()).toEqual({ waiting: 1 });
  });

  test('the new value, which lists show late: no harm is done', async () => {
    onPut({ kind: 'delayed', reads: 2 }, 1);
    await pass();
    for (let nth = 0; nth < 4; nth += 1) await later();
    expect(stored('name')).toBe('New');
    expect(await pass()).toEqual({ inSync: 1 });
  });

  test('a mask, or nothing, in place of a field: it is sent once and assumed, never sent back, never drift', async () => {
    const { field, ...mask } = gateway.masked;
    gateway.misbehave({ effect: { kind: 'mask', field, ...mask } });
    await gateway.declare(a, { name: 'New', [field]: 'first' });
    expect(await pass()).toEqual({ updated: 1 });
    expect(stored(field)).toBe('first');
    for (let nth = 0; nth < 3; nth += 1) expect(await later()).toEqual({ assumed: 1 });
    expect(puts()).toHaveLength(1);
    await gateway.declare(a, { name: 'New', [field]: 'second' });
    expect(await later()).toEqual({ updated: 1 });
    expect(stored(field)).toBe('second');
    expect(puts()).toHaveLength(2);
  });

  test('nothing, since it was cut: an unreadable field that was applied is sent once more', async () => {
    const { unreadable } = gateway;
    await gateway.declare(a, { name: 'New', [unreadable]: 'mine' });
    onPut({ kind: 'cut', applied: true }, 1);
    expect(await pass()).toEqual({ waiting: 1 });
    expect(await later()).toEqual({ updated: 1 });
    expect(puts().at(-1)?.body).toEqual({ [unreadable]: 'mine' });
    expect(await later()).toEqual({ assumed: 1 });
  });
});

test('a description that only the list of Alloy shows and the PUT does not apply is waited for, not assumed', async () => {
  world = await startWorld({}, { sqliteLedger: true });
  gateway = atGateway(world, 'Alloy');
  await gateway.declareConnection();
  gateway.add(a, 'One');
  await gateway.declare(a, { description: 'new' });
  onPut({ kind: 'stale', applied: false });
  const change = ({ description: _gone, ...rest }: Json) => rest;
  onPut({ kind: 'normalise', stored: false, change });
  expect(await pass()).toEqual({ waiting: 1 });
  for (let nth = 0; nth < 10; nth += 1) await later();
  expect(await pass()).toEqual({ refused: 1 });
});
