import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  startAlloy,
  type AlloyOptions,
  type AlloySimulator,
} from '../../../../lib/local/gateways/alloy/simulator.ts';

const started: AlloySimulator[] = [];
afterEach(async () => {
  for (const simulator of started.splice(0)) {
    await simulator.close();
    if (simulator.violations.length > 0) throw new Error(simulator.violations.join('\n'));
  }
});

const servers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ serverId: `s${index}`, name: `Server ${index}` }));

interface Answer {
  readonly servers: readonly object[];
  readonly restrictions: object;
  readonly accessUrl: string;
}

async function world(options: Partial<AlloyOptions> = {}) {
  const simulator = await startAlloy({ servers: servers(3), tokens: ['key'], ...options });
  started.push(simulator);
  const call = async (method: string, path: string, body?: object, user?: string) => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: {
        authorization: 'Bearer key',
        'content-type': 'application/json',
        ...(user !== undefined && { 'x-alloy-userid': user }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  return { simulator, call };
}

test("the document is the vendor's, to the byte", () => {
  const text = readFileSync(
    new URL('../../../../lib/local/gateways/openapi/alloy.openapi.yaml', import.meta.url),
  );
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '99d5b9a87fea9305a998d2b1abf990caf0e493f447f870c5a549b20e558be786',
  );
});

describe('the list', () => {
  test('has a form with all, and one with pages', async () => {
    const all = await world();
    expect((await all.call('GET', '/api/servers?limit=1')).body).toMatchObject({ count: 3 });
    const paged = await world({ listForm: 'paged' });
    const first = await paged.call('GET', '/api/servers?limit=2&offset=0');
    expect(first.body).toMatchObject({
      hasMore: true,
      servers: [{ serverId: 's0' }, { serverId: 's1' }],
    });
    const second = await paged.call('GET', '/api/servers?limit=2&offset=2');
    expect(second.body).toMatchObject({ hasMore: false, servers: [{ serverId: 's2' }] });
    expect((await paged.call('GET', '/api/servers?limit=x')).status).toBe(400);
  });

  test("shows a user's own servers", async () => {
    const { call } = await world({
      servers: [...servers(1), { serverId: 'other', name: 'Server 0', userId: 'user-2' }],
    });
    expect((await call('GET', '/api/servers')).body.servers).toMatchObject([{ serverId: 's0' }]);
    expect((await call('GET', '/api/servers', undefined, 'user-2')).body.servers).toMatchObject([
      { serverId: 'other' },
    ]);
    expect((await call('GET', '/api/servers/other')).status).toBe(404);
    expect((await call('PUT', '/api/servers/s0', { name: 'Server 0' })).status).toBe(200);
  });
});

describe('PUT', () => {
  test('replaces restrictions whole, and never answers instructions', async () => {
    const { simulator, call } = await world({ now: () => Date.UTC(2026, 0, 2) });
    const restrictions = { connectors: { mode: 'allowlist', allowedIds: ['slack'] } };
    const first = await call('PUT', '/api/servers/s0', { restrictions, instructions: 'Be brief' });
    expect(first.body).toMatchObject({
      hasRestrictions: true,
      updatedAt: '2026-01-02T00:00:00.000Z',
    });
    expect(first.body).not.toHaveProperty('instructions');
    expect(first.body.accessUrl).toMatch(/token=/);
    expect(simulator.find('s0').instructions).toBe('Be brief');
    const users = { users: { mode: 'blocklist', blockedIds: [] } };
    const second = await call('PUT', '/api/servers/s0', { restrictions: users });
    expect(second.body).toMatchObject({ restrictions: users, hasRestrictions: false });
    expect(second.body.restrictions).not.toHaveProperty('connectors');
  });

  test.each([
    [{ name: '' }],
    [{ name: 'x'.repeat(101) }],
    [{ name: 'Server 1' }],
    [{ restrictions: { users: { mode: 'none' } } }],
  ])('refuses %j', async (body) => {
    const { call } = await world();
    const answer = await call('PUT', '/api/servers/s0', body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'INVALID_REQUEST' } } });
  });
});

test('requests above the limit are refused until the window has slid', async () => {
  let time = 0;
  const { call } = await world({ requestsPerMinute: 2, now: () => time });
  const statuses = async () => (await call('GET', '/api/servers')).status;
  expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 429]);
  time = 60_000;
  expect(await statuses()).toBe(200);
});
