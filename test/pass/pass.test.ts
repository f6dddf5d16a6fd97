import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  alloyConnection,
  startWorld,
  connection,
  outcomesOf,
  serverIds,
} from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
});

afterEach(async () => {
  expect(world.barndoor.violations).toEqual([]);
  await world.close();
});

const [a = '', b = '', c = ''] = serverIds(3);

describe('a pass', () => {
  test('sends only what must change, and leaves undeclared fields as they are', async () => {
    world.barndoor.add({ id: a, name: 'Old', slug: 'kept-slug', unknown: { extra: [1, 'ü'] } });
    await world.declare({ id: a, spec: { name: 'New' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1 });
    expect(report.vendorCalls).toEqual({ list: 1, get: 0, put: 1 });
    const puts = world.barndoor.requests.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ body }) => body)).toEqual([{ name: 'New' }]);
    expect(world.barndoor.find(a)).toMatchObject({
      name: 'New',
      slug: 'kept-slug',
      unknown: { extra: [1, 'ü'] },
    });
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.get(a)).toMatchObject({ outcome: 'inSync' });
  });

  test('applies, plans again, and finds nothing', async () => {
    await world.secrets.write(
      `trueup/${connection}/github`,
      JSON.stringify({ client_secret: 'canary-secret' }),
    );
    world.barndoor.add({ id: a, name: 'Old', slug: 'a' });
    await world.declare({
      id: a,
      spec: {
        name: 'New',
        client_id: 'id-1',
        client_secret: { secret: `trueup/${connection}/github`, key: 'client_secret' },
        meta: { team: 'sales' },
      },
    });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
    expect(world.barndoor.find(a)).toMatchObject({
      client_id: 'id-1',
      client_secret: 'canary-secret',
      meta: { team: 'sales' },
    });
    const again = await world.pass();
    expect(outcomesOf(again)).toEqual({ assumed: 1 });
    expect(again.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
    expect(again.secretsDecrypted).toBe(0);
  });

  test('in sync makes only list calls, decrypts nothing, and writes only its own items', async () => {
    const ids = serverIds(250);
    for (const id of ids) world.barndoor.add({ id, name: `Server ${id}`, slug: `s-${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `Server ${id}` } })));
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ inSync: 250 });
    world.callsSince();
    const second = await world.pass();
    expect(outcomesOf(second)).toEqual({ inSync: 250 });
    expect(second.vendorCalls).toEqual({ list: 3, get: 0, put: 0 });
    expect([second.secretsDecrypted, second.credentialsDecrypted]).toEqual([0, 0]);
    expect(world.callsSince()).toEqual({
      list: 3,
      BatchGetItem: 1,
      Query: 2,
      GetItem: 1,
      PutItem: 3,
    });
  });

  test('one server that fails leaves every other one done, its state and reason in the ledger', async () => {
    for (const id of [a, b, c]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
    await world.declare(
      { id: a, spec: { name: 'New a' } },
      { id: b, spec: { name: 'New b' } },
      { id: c, spec: { name: 'New c' } },
    );
    world.barndoor.misbehave({
      method: 'PUT',
      path: new RegExp(b),
      effect: { kind: 'status', status: 422 },
    });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 2, failed: 1 });
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.get(b)).toMatchObject({ outcome: 'failed', reason: { code: 'http-422' } });
    const again = await world.pass();
    expect(outcomesOf(again)).toEqual({ inSync: 2, failed: 1 });
    expect(again.vendorCalls.put).toBe(0);
  });

  test('a list that fails half way changes nothing', async () => {
    const ids = serverIds(150);
    for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    world.barndoor.misbehave({
      method: 'GET',
      skip: 1,
      effect: { kind: 'status', status: 500 },
    });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 150 });
    expect(report.state).toBe('unreachable');
    expect(report.vendorCalls.put).toBe(0);
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.size).toBe(0);
  });

  test('forgets a row that is removed, and leaves its server alone', async () => {
    world.barndoor.add({ id: a, name: 'Old', slug: 'a' });
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.pass();
    await world.desired.remove(connection, `server#${a}`);
    const report = await world.pass();
    expect(report).toMatchObject({ servers: 0, undeclared: 1 });
    expect((await world.deps.ledger.read(connection)).servers.has(a)).toBe(false);
    expect(world.barndoor.find(a).name).toBe('New');
  });
});

describe('a pass at Alloy', () => {
  const pass = () => world.pass({ connection: alloyConnection });
  const lastPut = () => world.alloy.requests.filter(({ method }) => method === 'PUT').at(-1)?.body;

  beforeEach(() => world.declareAlloyConnection());

  afterEach(() => {
    expect(world.alloy.violations).toEqual([]);
  });

  test('sends just what changed, under the key and for the user of the connection', async () => {
    await world.declareAlloyConnection({ userId: 'user-7' });
    world.alloy.add({ serverId: 's1', name: 'Old', description: 'kept', userId: 'user-7' });
    world.alloy.add({ serverId: 's2', name: 'Somebody else’s' });
    await world.declareAtAlloy({ id: 's1', spec: { name: 'New' } });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ updated: 1 });
    expect(report).toMatchObject({ undeclared: 0, vendorCalls: { list: 1, get: 0, put: 1 } });
    expect(lastPut()).toEqual({ name: 'New' });
    expect(world.alloy.find('s1')).toMatchObject({ name: 'New', description: 'kept' });
    for (const { headers } of world.alloy.requests) {
      expect(headers).toMatchObject({
        authorization: 'Bearer api-key-of-globex',
        'x-alloy-userid': 'user-7',
      });
    }
    const again = await pass();
    expect(outcomesOf(again)).toEqual({ inSync: 1 });
    expect(again.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
  });

  test('without a user sends no such header', async () => {
    await pass();
    expect(world.alloy.requests[0]?.headers).not.toHaveProperty('x-alloy-userid');
  });

  test('keeps what is unreadable as fingerprints: instructions are sent once, and never verified', async () => {
    world.alloy.add({ serverId: 's1', name: 'One' });
    await world.declareAtAlloy({ id: 's1', spec: { name: 'One', instructions: 'Be kind' } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(lastPut()).toEqual({ instructions: 'Be kind' });
    const again = await pass();
    expect(outcomesOf(again)).toEqual({ assumed: 1 });
    expect(again.vendorCalls.put).toBe(0);
    await world.declareAtAlloy({ id: 's1', spec: { name: 'One', instructions: 'Be brief' } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(world.alloy.find('s1').instructions).toBe('Be brief');
    await world.declareAtAlloy({ id: 's1', spec: { name: 'One' } });
    expect((await pass()).vendorCalls.put).toBe(0);
    expect(world.alloy.find('s1').instructions).toBe('Be brief');
  });
});
