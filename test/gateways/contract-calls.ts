import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import type { ContractSuite } from './contract-world.ts';
import { always, calls } from './contract-world.ts';
import { collect, vendorErrorOf } from './support.ts';

/** What the three calls send and give when all goes well, or the server is not there. */
export function describeCalls({ contract, world }: ContractSuite): void {
  const { nameKey = 'name' } = contract;

  describe('list', () => {
    test.each(contract.listForms)('form %s, 250 servers', async (listForm, expected) => {
      const ids = Array.from({ length: 250 }, (_, at) => `server-${at}`);
      const { session, inputs, simulator } = await world({ ids, listForm });
      const servers = await collect(session.list());
      expect(servers.map(({ id }) => id)).toEqual(ids);
      expect(servers[7]?.fields[nameKey]).toBe('Server server-7');
      expect(inputs.calls).toEqual({ list: expected, get: 0, put: 0 });
      expect(inputs.admitted).toBe(expected);
      expect(simulator.requests).toHaveLength(expected);
      expect(simulator.violations).toEqual([]);
    });

    test.each(contract.listForms)('form %s, no servers', async (listForm) => {
      const { session } = await world({ ids: [], listForm });
      expect(await collect(session.list())).toEqual([]);
    });

    test('a page that fails for good ends it with the error, not with a part', async () => {
      const [form, pages] = contract.listForms.find(([, count]) => count > 1) ?? [undefined, 1];
      const ids = Array.from({ length: 250 }, (_, at) => `server-${at}`);
      const { session } = await world({
        ids,
        ...(form !== undefined && { listForm: form }),
        rules: [
          { operation: 'list', skip: pages > 1 ? 1 : 0, effect: { kind: 'status', status: 500 } },
        ],
      });
      const error = await vendorErrorOf(collect(session.list()));
      expect(error).toMatchObject({ kind: 'status', operation: 'list', status: 500 });
    });

    test.each<[string, unknown]>([
      ['something else', { message: 'Welcome' }],
      ['an entry that is no server', [{ name: 'no id' }]],
      ['a server', { id: 'a', serverId: 'a', server_id: 'a', name: 'Server a' }],
    ])('%s in place of the list is an error', async (_what, body) => {
      const made = await world(always({ kind: 'status', status: 200, body }));
      expect(await vendorErrorOf(calls.list(made))).toMatchObject({
        kind: 'body',
        operation: 'list',
        context: { connection: `acme-${contract.name}` },
      });
    });
  });

  describe('get', () => {
    test('gives the server', async () => {
      const { session, inputs } = await world();
      const { id, fields } = await session.get('b');
      expect([id, fields[nameKey]]).toEqual(['b', 'Server b']);
      expect(inputs.calls).toEqual({ list: 0, get: 1, put: 0 });
    });

    test('a server that is not there is a 404', async () => {
      const { session } = await world();
      expect(await vendorErrorOf(session.get('c'))).toMatchObject({
        kind: 'status',
        status: 404,
        operation: 'get',
        message: expect.stringContaining(contract.notFound ?? 'Server not found'),
        context: { connection: `acme-${contract.name}`, server: 'c' },
      });
    });

    test.each(['a b', 'a?x=1', 'a%2Fb', 'ä', '...', '%2e%2e', 'a&b=c', "o'brien"])(
      'an id like %s reaches its server',
      async (id) => {
        const { session, renamed } = await world({ ids: ['a', id] });
        expect((await session.get(id)).id).toBe(id);
        expect((await session.put(id, renamed, [])).fields[nameKey]).toBe('Renamed');
      },
    );

    test.each(['.', '..', '', '\ud800'])(
      'an id that no URL can hold (%j) is not asked for',
      async (id) => {
        const { session, simulator, renamed } = await world();
        expect(await vendorErrorOf(session.get(id))).toMatchObject({ kind: 'status', status: 404 });
        expect(await vendorErrorOf(session.put(id, renamed, []))).toMatchObject({ status: 404 });
        expect(simulator.requests).toHaveLength(0);
      },
    );
  });

  describe('put', () => {
    test('changes what it carries and nothing else, and gives the answer', async () => {
      const { session, simulator, inputs, renamed } = await world();
      const before = structuredClone(simulator.servers) as JsonObject[];
      const { id, fields } = await session.put('a', renamed, []);
      expect([id, fields[nameKey]]).toEqual(['a', 'Renamed']);
      const [first, second] = simulator.servers as JsonObject[];
      const { bookkeeping = ['updatedAt'] } = contract;
      const own = (all: JsonObject) =>
        Object.entries(all).filter(([key]) => !bookkeeping.includes(key));
      expect(own(first as JsonObject)).toEqual(
        own({ ...(before[0] as JsonObject), [nameKey]: 'Renamed' }),
      );
      expect(second).toEqual(before[1]);
      expect(simulator.requests[0]?.body).toEqual({ ...renamed, ...contract.alsoSent?.('a') });
      expect(inputs.calls).toEqual({ list: 0, get: 0, put: 1 });
    });

    test('carries what cannot be read back, and does not give it', async () => {
      const { session, simulator } = await world();
      const live = await session.put('a', contract.unreadable, []);
      expect(simulator.servers[0]).toMatchObject(contract.storedUnreadable ?? contract.unreadable);
      expect(JSON.stringify(live)).not.toContain(JSON.stringify(firstText(contract.unreadable)));
    });

    test('repeated, has the same result', async () => {
      const { session, renamed } = await world();
      const first = await session.put('a', renamed, []);
      expect(await session.put('a', renamed, [])).toEqual(first);
    });
  });
}

/** The first text of a body. */
function firstText(value: Json): Json {
  return typeof value === 'object' && value !== null
    ? firstText(Object.values(value)[0] as Json)
    : value;
}
