import { afterEach, describe, expect, test } from '@jest/globals';
import {
  startBarndoor,
  type BarndoorOptions,
  type BarndoorSimulator,
} from '../../../../lib/local/gateways/barndoor/simulator.ts';

const started: BarndoorSimulator[] = [];
afterEach(async () => {
  for (const simulator of started.splice(0)) {
    await simulator.close();
    if (simulator.violations.length > 0) throw new Error(simulator.violations.join('\n'));
  }
});

const servers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, name: `Server ${index}` }));

async function world(options: Partial<BarndoorOptions> = {}) {
  const simulator = await startBarndoor({ servers: servers(3), tokens: ['good'], ...options });
  started.push(simulator);
  const call = async (method: string, path: string, body?: unknown, token = 'good') => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type') === 'application/json';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? JSON.parse(text) : undefined,
    };
  };
  return { simulator, call };
}

describe('the list', () => {
  test('pages as the documentation says', async () => {
    const { simulator, call } = await world({ servers: servers(25) });
    const first = await call('GET', '/api/servers');
    expect(first.body.data).toHaveLength(10);
    expect(first.body.pagination).toEqual({
      page: 1,
      limit: 10,
      total: 25,
      pages: 3,
      previous_page: null,
      next_page: 2,
    });
    const last = await call('GET', '/api/servers?page=3&limit=10');
    expect(last.body.data.map((server: { id: string }) => server.id)).toEqual(
      [20, 21, 22, 23, 24].map((index) => `id-${index}`),
    );
    expect(last.body.pagination).toMatchObject({ previous_page: 2, next_page: null });
    expect(simulator.counts).toEqual({ list: 2, get: 0, put: 0 });
    expect(simulator.requests[1]).toMatchObject({ query: { page: '3', limit: '10' }, status: 200 });
  });

  test('has two older forms, and filters', async () => {
    const array = await world({ listForm: 'array' });
    expect((await array.call('GET', '/api/servers?limit=1')).body).toHaveLength(3);
    const next = await world({ listForm: 'next_page' });
    expect((await next.call('GET', '/api/servers?limit=2')).body).toMatchObject({ next_page: 2 });
    expect((await next.call('GET', '/api/servers?search=SERVER%201')).body.data).toHaveLength(1);
    expect((await next.call('GET', '/api/servers?connection_status=error')).body.data).toEqual([]);
  });

  test.each(['limit=101', 'limit=0', 'page=0', 'page=x', 'status=odd'])(
    'refuses %s',
    async (query) => {
      const { call } = await world();
      expect((await call('GET', `/api/servers?${query}`)).status).toBe(422);
    },
  );
});

describe('PUT', () => {
  test('applies only the keys in the body, and never answers what is secret', async () => {
    const { simulator, call } = await world({
      servers: [
        {
          id: 'a',
          name: 'A',
          meta: { own: 1, deep: { x: 1 } },
          connection_status: 'error',
          unknown: { tier: 'gold' },
        },
      ],
    });
    const answer = await call('PUT', '/api/servers/a', {
      client_id: 'client',
      client_secret: 'hush',
      meta: { deep: { y: 2 }, own: null },
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      id: 'a',
      name: 'A',
      slug: 'a',
      connection_status: 'connected',
      provider: 'a',
      url: 'https://a.example.com/mcp',
      tier: 'gold',
    });
    expect(simulator.find('a')).toMatchObject({
      client_id: 'client',
      client_secret: 'hush',
      meta: { own: 1, deep: { x: 1, y: 2 }, revision: 1 },
    });
    expect((await call('PUT', '/api/servers/a', { meta: null })).status).toBe(200);
    expect(simulator.find('a').meta['revision']).toBe(1);
  });

  test('on the registry surface answers a mask, and ignores one that is sent back', async () => {
    const { simulator, call } = await world({
      servers: [{ id: 'a', name: 'A', client_id: 'abcdefyz', connection_status: 'error' }],
      maskClientId: true,
      readMeta: true,
    });
    const { body } = await call('GET', '/api/servers/a');
    expect(body).toMatchObject({ client_id: 'ab...yz', meta: {} });
    await call('PUT', '/api/servers/a', { client_id: body.client_id });
    expect(simulator.find('a')).toMatchObject({
      client_id: 'abcdefyz',
      connection_status: 'error',
    });
  });

  test('refuses a name or slug in use, whatever its case and outer white space', async () => {
    const { call } = await world();
    expect((await call('PUT', '/api/servers/id-0', { name: ' sERVER 1 ' })).status).toBe(409);
    expect((await call('PUT', '/api/servers/id-0', { slug: 'server-1' })).status).toBe(409);
    expect((await call('PUT', '/api/servers/id-0', { name: ' SERVER 0 ' })).status).toBe(200);
  });

  test('has three forms of error', async () => {
    const error = await world();
    expect((await error.call('PUT', '/api/servers/id-0', { slug: 'No Slug' })).body).toEqual({
      error: 'validation_error',
      message: 'The request is not valid',
      details: [
        { loc: ['body', 'slug'], msg: 'must match pattern "^[a-z0-9-]+$"', type: 'pattern' },
      ],
    });
    const detail = await world({ errorForm: 'detail' });
    expect((await detail.call('PUT', '/api/servers/id-0', { slug: 'No Slug' })).body).toEqual({
      detail: [
        { loc: ['body', 'slug'], msg: 'must match pattern "^[a-z0-9-]+$"', type: 'pattern' },
      ],
    });
    expect((await detail.call('PUT', '/api/servers/id-9', {})).body).toEqual({
      detail: 'Server not found',
    });
    for (const body of ['{', '[]', '"text"']) {
      expect((await detail.call('PUT', '/api/servers/id-0', body)).status).toBe(422);
    }
  });
});

test('a token that is missing or not known is refused first', async () => {
  const { simulator, call } = await world();
  expect((await call('GET', '/api/servers?limit=1000', undefined, 'bad')).status).toBe(401);
  expect((await fetch(`${simulator.url}/api/servers`)).status).toBe(401);
  expect((await call('GET', '/elsewhere')).status).toBe(404);
});

test('people edit, remove and add in the console', async () => {
  const { simulator, call } = await world();
  simulator.edit('id-0', { name: 'Renamed' });
  simulator.remove('id-1');
  simulator.add({ id: 'new', name: 'New' });
  const { body } = await call('GET', '/api/servers');
  expect(body.data.map((server: { name: string }) => server.name)).toEqual([
    'Renamed',
    'Server 2',
    'New',
  ]);
  expect((await call('GET', '/api/servers/id-1')).status).toBe(404);
  expect(() => simulator.find('id-1')).toThrow('no server id-1');
});
