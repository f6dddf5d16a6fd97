import { afterEach, describe, expect, test } from '@jest/globals';
import { startAlloy } from '../../../lib/local/gateways/alloy/simulator.ts';
import {
  startBarndoor,
  type BarndoorSimulator,
} from '../../../lib/local/gateways/barndoor/simulator.ts';

const started: { close: () => Promise<void>; violations: string[] }[] = [];
afterEach(async () => {
  for (const simulator of started.splice(0)) {
    await simulator.close();
    if (simulator.violations.length > 0) throw new Error(simulator.violations.join('\n'));
  }
});

async function world(count = 3) {
  const simulator = await startBarndoor({
    servers: Array.from({ length: count }, (_, index) => ({
      id: `id-${index}`,
      name: `N${index}`,
    })),
  });
  started.push(simulator);
  return { simulator, ...caller(simulator.url) };
}

function caller(url: string) {
  const raw = (method: string, path: string, body?: object) =>
    fetch(url + path, {
      method,
      headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body) }),
    });
  const json = async (method: string, path: string, body?: object) =>
    (await raw(method, path, body)).json() as Promise<Record<string, unknown>>;
  const put = (body: object) => raw('PUT', '/api/servers/id-0', body);
  return { raw, json, put };
}

const nameOf = (simulator: BarndoorSimulator) => simulator.find('id-0').name;

describe('answers in the place of the vendor', () => {
  test('429 with Retry-After in seconds, as a date, or without', async () => {
    const { simulator, raw } = await world();
    const status = { kind: 'status', status: 429 } as const;
    simulator.misbehave(
      { times: 1, effect: { ...status, retryAfter: 7 } },
      { skip: 1, times: 1, effect: { ...status, retryAfter: { at: Date.UTC(2026, 0, 1) } } },
      { skip: 2, times: 1, effect: status },
    );
    const after: (string | null)[] = [];
    for (let index = 0; index < 3; index += 1) {
      const response = await raw('GET', '/api/servers');
      expect(response.status).toBe(429);
      after.push(response.headers.get('retry-after'));
    }
    expect(after).toEqual(['7', 'Thu, 01 Jan 2026 00:00:00 GMT', null]);
    expect((await raw('GET', '/api/servers')).status).toBe(200);
  });

  test('rules are picked by method, path, id and operation, and can be ended', async () => {
    const { simulator, raw, put } = await world();
    const end = simulator.misbehave(
      { method: 'PUT', effect: { kind: 'status', status: 503, body: 'text' } },
      { path: /id-1$/, effect: { kind: 'status', status: 500 } },
      { id: 'id-2', operation: 'get', effect: { kind: 'expired' } },
    );
    const response = await put({});
    expect([response.status, await response.text()]).toEqual([503, 'text']);
    const statuses = async () =>
      Promise.all([0, 1, 2].map(async (id) => (await raw('GET', `/api/servers/id-${id}`)).status));
    expect(await statuses()).toEqual([200, 500, 401]);
    end();
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  test('a connection is cut before or after a PUT is applied', async () => {
    const { simulator, put } = await world();
    simulator.misbehave({ operation: 'put', times: 1, effect: { kind: 'cut' } });
    await expect(put({ name: 'new' })).rejects.toThrow('fetch failed');
    expect(nameOf(simulator)).toBe('N0');
    simulator.misbehave({ operation: 'put', times: 1, effect: { kind: 'cut', applied: true } });
    await expect(put({ name: 'new' })).rejects.toThrow('fetch failed');
    expect(nameOf(simulator)).toBe('new');
  });

  test('HTML, a huge body, a redirect', async () => {
    const { simulator, raw } = await world();
    simulator.misbehave(
      { times: 1, effect: { kind: 'html' } },
      { skip: 1, times: 1, effect: { kind: 'huge', bytes: 1_000_000 } },
      { skip: 2, times: 1, effect: { kind: 'redirect', to: 'http://example.com/' } },
    );
    const html = await raw('GET', '/api/servers');
    expect([html.status, html.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(await (await raw('GET', '/api/servers')).text()).toHaveLength(1_000_000);
    const redirect = await raw('GET', '/api/servers');
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      302,
      'http://example.com/',
    ]);
  });

  test('an answer that never comes ends when the simulator closes', async () => {
    const { simulator, raw } = await world();
    simulator.misbehave({ effect: { kind: 'hang' } });
    const pending = raw('GET', '/api/servers').then(
      () => 'answered',
      () => 'ended',
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    await simulator.close();
    expect(await pending).toBe('ended');
  });
});

const change = (server: Record<string, unknown>) => ({
  ...server,
  name: String(server['name']).trim(),
});

describe('answers that are not what was asked for', () => {
  test('late', async () => {
    const { simulator, raw } = await world();
    simulator.misbehave({ effect: { kind: 'latency', ms: 40 } });
    const start = performance.now();
    await Promise.all([raw('GET', '/api/servers'), raw('GET', '/api/servers')]);
    expect(performance.now() - start).toBeGreaterThan(35);
    expect(simulator.peak()).toBe(2);
  });

  test('the old value, applied or not', async () => {
    const { simulator, json } = await world();
    simulator.misbehave(
      { times: 1, effect: { kind: 'stale', applied: false } },
      { skip: 1, effect: { kind: 'stale', applied: true } },
    );
    const put = () => json('PUT', '/api/servers/id-0', { name: 'new' });
    expect([(await put())['name'], nameOf(simulator)]).toEqual(['N0', 'N0']);
    expect([(await put())['name'], nameOf(simulator)]).toEqual(['N0', 'new']);
  });

  test('a normalised value, stored or only answered', async () => {
    const { simulator, json } = await world();
    simulator.misbehave(
      { times: 1, effect: { kind: 'normalise', change } },
      { skip: 1, effect: { kind: 'normalise', change, stored: false } },
    );
    const put = () => json('PUT', '/api/servers/id-0', { name: ' new ' });
    expect([(await put())['name'], nameOf(simulator)]).toEqual(['new', 'new']);
    expect([(await put())['name'], nameOf(simulator)]).toEqual(['new', ' new ']);
  });

  test('a value that reads see only later', async () => {
    const { simulator, json } = await world();
    simulator.misbehave({ times: 1, effect: { kind: 'delayed', reads: 2 } });
    expect((await json('PUT', '/api/servers/id-0', { name: 'new' }))['name']).toBe('new');
    const names = async () =>
      ((await json('GET', '/api/servers'))['data'] as { name: string }[])[0]?.name;
    await json('GET', '/api/servers/id-1');
    expect([await names(), await names(), await names()]).toEqual(['N0', 'N0', 'new']);
  });

  test('a server that has vanished, and a mask', async () => {
    const { simulator, raw, json, put } = await world();
    simulator.misbehave(
      { id: 'id-0', effect: { kind: 'vanish' } },
      { id: 'id-1', effect: { kind: 'mask', field: 'client_id' } },
    );
    expect((await raw('GET', '/api/servers/id-0')).status).toBe(404);
    expect((await put({})).status).toBe(404);
    expect((await json('GET', '/api/servers'))['data']).toMatchObject([
      { id: 'id-1', client_id: 'ab...yz' },
      { id: 'id-2' },
    ]);
  });

  test.each([
    ['repeat', ['id-0', 'id-1', 'id-1', 'id-2', 'id-3']],
    ['skip', ['id-0', 'id-1', 'id-3']],
  ] as const)('pages that shift: %s', async (how, expected) => {
    const { simulator, json } = await world(4);
    simulator.misbehave({ effect: { kind: 'shift', how } });
    const ids: string[] = [];
    let page: number | null = 1;
    while (page !== null) {
      const answer = await json('GET', `/api/servers?limit=2&page=${page}`);
      ids.push(...(answer['data'] as { id: string }[]).map(({ id }) => id));
      page = (answer['pagination'] as { next_page: number | null }).next_page;
    }
    expect(ids).toEqual(expected);
  });
});

test('Alloy misbehaves in the same ways', async () => {
  const simulator = await startAlloy({ servers: [{ serverId: 'id-0', name: 'N0' }] });
  started.push(simulator);
  const { json } = caller(simulator.url);
  simulator.misbehave({ times: 1, effect: { kind: 'status', status: 429 } });
  expect(await json('GET', '/api/servers')).toEqual({
    error: { code: 'RATE_LIMITED', message: 'Simulated 429' },
  });
});
