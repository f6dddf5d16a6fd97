import { afterEach, describe, expect, test } from '@jest/globals';
import type { BarndoorOptions } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { createBarndoor } from '../../../lib/gateways/barndoor/provider.ts';
import { describeProvider } from '../contract.ts';
import { clientFor, collect, connectionTo, sessionInputs, vendorErrorOf } from '../support.ts';

describeProvider({
  name: 'barndoor',
  create: createBarndoor,
  start: (ids, { listForm, tokens }) =>
    startBarndoor({
      servers: ids.map((id) => ({ id, name: `Server ${id}`, slug: `s-${ids.indexOf(id)}` })),
      ...(listForm !== undefined && { listForm: listForm as 'array' }),
      ...(tokens && { tokens }),
    }),
  listForms: [
    ['pagination', 3],
    ['next_page', 3],
    ['array', 1],
  ],
  unreadable: { client_id: 'real-client-id', client_secret: 'value' },
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Partial<BarndoorOptions>) {
  const servers = [{ id: 'a', name: 'Alpha', client_id: 'abcdefyz', meta: { team: 'sales' } }];
  const simulator = await startBarndoor({ servers, ...options });
  const client = clientFor('barndoor', [simulator.url]);
  endings.push(simulator.close, () => client.close());
  const connection = connectionTo('barndoor', simulator.url);
  return { simulator, session: createBarndoor(client).open(connection, sessionInputs()) };
}

describe('Barndoor', () => {
  test('is asked for pages of 100', async () => {
    const { simulator, session } = await world({});
    await collect(session.list());
    expect(simulator.requests.map(({ path, query }) => [path, query])).toEqual([
      ['/api/servers', { page: '1', limit: '100' }],
    ]);
  });

  test('where it shows meta and a masked client id, only meta is taken', async () => {
    const { session } = await world({ readMeta: true, maskClientId: true });
    const fields = { name: 'Alpha', slug: 'alpha', meta: { team: 'sales' } };
    expect(await collect(session.list())).toEqual([{ id: 'a', fields, isConnected: true }]);
    expect(await session.get('a')).toEqual({ id: 'a', fields, isConnected: true });
  });

  test.each(['error', 'detail'] as const)('says why not in the form %s', async (errorForm) => {
    const { simulator, session } = await world({ errorForm });
    simulator.add({ id: 'b', name: 'Beta' });
    expect(await vendorErrorOf(session.put('b', { name: ' alpha ' }, []))).toMatchObject({
      status: 409,
      message: expect.stringMatching(/A server with this name already exists$/),
    });
    expect(await vendorErrorOf(session.put('b', { slug: 'No Slug' }, []))).toMatchObject({
      status: 422,
      message: expect.stringMatching(errorForm === 'detail' ? /slug: .*pattern/ : /not valid/),
    });
  });

  test('a server that a shift of the pages shows twice comes twice', async () => {
    const servers = Array.from({ length: 150 }, (_, at) => ({
      id: `s${at}`,
      name: `Server ${at}`,
    }));
    const { simulator, session } = await world({ servers });
    simulator.misbehave({ effect: { kind: 'shift', how: 'repeat' } });
    const ids = (await collect(session.list())).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
    expect(new Set(ids).size).toBe(150);
  });

  test('knows its hosts', () => {
    expect(createBarndoor(clientFor('barndoor', []))).toMatchObject({
      name: 'barndoor',
      requestsPerMinute: 300,
      documentedHosts: expect.arrayContaining(['*.platform.barndoor.ai', '*.mcp.barndoor.ai']),
    });
  });
});
