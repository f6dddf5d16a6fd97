import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../lib/model/desired.types.ts';
import type { AlloyOptions } from '../../../lib/local/gateways/alloy/simulator.ts';
import { startAlloy } from '../../../lib/local/gateways/alloy/simulator.ts';
import { createAlloy } from '../../../lib/gateways/alloy/provider.ts';
import { describeProvider } from '../contract.ts';
import { clientFor, collect, connectionTo, sessionInputs, vendorErrorOf } from '../support.ts';

describeProvider({
  name: 'alloy',
  create: createAlloy,
  start: (ids, { listForm, tokens }) =>
    startAlloy({
      servers: ids.map((serverId) => ({ serverId, name: `Server ${serverId}` })),
      ...(listForm !== undefined && { listForm: listForm as 'paged' }),
      ...(tokens && { tokens }),
    }),
  listForms: [
    ['count', 1],
    // Fifty without a limit, then a hundred at a time.
    ['paged', 3],
  ],
  unreadable: { instructions: 'Be brief' },
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Partial<AlloyOptions>, more: Partial<Connection> = {}) {
  const servers = [
    { serverId: 'a', name: 'Alpha', accessUrl: 'https://mcp.example/?token=canary' },
  ];
  const simulator = await startAlloy({ servers, ...options });
  const client = clientFor('alloy', [simulator.url]);
  endings.push(simulator.close, () => client.close());
  const connection = connectionTo('alloy', simulator.url, more);
  return { simulator, session: createAlloy(client).open(connection, sessionInputs()) };
}

describe('Alloy', () => {
  test('accessUrl goes no further, whatever the call', async () => {
    const { session } = await world({});
    const answers = [
      await collect(session.list()),
      await session.get('a'),
      await session.put('a', { name: 'Beta' }, []),
    ];
    expect(inspect(answers, { depth: Infinity })).not.toContain('canary');
  });

  test("a connection's user goes with every request, and no header without one", async () => {
    const servers = [
      { serverId: 'a', name: 'Alpha', userId: 'user-1' },
      { serverId: 'b', name: 'Beta', userId: 'user-2' },
    ];
    const other = await world({ servers }, { userId: 'user-2' });
    expect((await collect(other.session.list())).map(({ id }) => id)).toEqual(['b']);
    await other.session.get('b');
    await other.session.put('b', { name: 'Gamma' }, []);
    expect(other.simulator.requests.map(({ headers }) => headers['x-alloy-userid'])).toEqual([
      'user-2',
      'user-2',
      'user-2',
    ]);
    const nobody = await world({ servers });
    expect((await collect(nobody.session.list())).map(({ id }) => id)).toEqual(['a']);
    expect(nobody.simulator.requests[0]?.headers).not.toHaveProperty('x-alloy-userid');
  });

  test('a user that no header can carry is refused', async () => {
    const { simulator, session } = await world({}, { userId: 'us\ner' });
    expect(await vendorErrorOf(session.get('a'))).toMatchObject({
      kind: 'host',
      message: "this connection's x-alloy-userid is not allowed in a header",
    });
    expect(simulator.requests).toHaveLength(0);
  });

  test('restrictions are read and sent whole, with unknown members', async () => {
    const restrictions = {
      zones: { allowed: ['eu'], until: null },
      users: { mode: 'blocklist', blockedIds: ['u2', 'u1'], note: { by: 'ops' } },
    };
    const { simulator, session } = await world({
      servers: [{ serverId: 'a', name: 'Alpha', restrictions }],
    });
    const live = await session.get('a');
    expect(JSON.stringify(live.fields['restrictions'])).toBe(JSON.stringify(restrictions));
    await session.put('a', { restrictions: live.fields['restrictions'] ?? {} }, []);
    expect(JSON.stringify(simulator.find('a').restrictions)).toBe(JSON.stringify(restrictions));
  });

  test('pages on by offset while there is more', async () => {
    const servers = Array.from({ length: 120 }, (_, at) => ({
      serverId: `s${at}`,
      name: `Server ${at}`,
    }));
    const { simulator, session } = await world({ servers, listForm: 'paged' });
    expect(await collect(session.list())).toHaveLength(120);
    expect(simulator.requests.map(({ path, query }) => [path, query])).toEqual([
      ['/api/servers', {}],
      ['/api/servers', { limit: '100', offset: '50' }],
    ]);
  });

  test('says why not', async () => {
    const { session } = await world({});
    expect(await vendorErrorOf(session.put('a', { name: '' }, []))).toMatchObject({
      status: 400,
      message: 'INVALID_REQUEST: The request is not valid',
    });
  });

  test('knows its host, and leaves a fifth of its limit to others', () => {
    expect(createAlloy(clientFor('alloy', []))).toMatchObject({
      name: 'alloy',
      requestsPerMinute: 80,
      documentedHosts: ['mcp.runalloy.com'],
    });
  });
});
