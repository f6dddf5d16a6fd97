import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSimulatedContextForge } from '../../lib/local/gateways/contextforge/simulator.ts';
import type { ContextForgeServerInit } from '../../lib/local/gateways/contextforge/gateway.ts';
import type { ContextForgeSimulator } from '../../lib/local/gateways/contextforge/simulator.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { preview } from '../../lib/pass/preview.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';
import { anotherProcess } from '../support/another-process.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'forge';
const reference = { secret: `trueup/${connection}/jira`, key: 'token' };
const bearer = { authType: 'bearer', authToken: reference };
const minute = 60_000;

let world: TestWorld;
let gateway: ContextForgeSimulator;
let deps: TestWorld['deps'];

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  gateway = await startSimulatedContextForge({
    servers: [],
    tokens: ['api-token'],
    now: () => world.clock.now(),
  });
  const host = `contextforge=${new URL(gateway.url).host}`;
  deps = anotherProcess(world, host);
  await world.secrets.write(`trueup/${connection}/token`, 'api-token');
  await rotate('first-token');
  await world.desired.put(connection, 'connection', {
    provider: 'contextforge',
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct' },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
});

afterEach(async () => {
  await Promise.all([world.close(), gateway.close()]);
});

const rotate = (token: string) => world.secrets.write(reference.secret, JSON.stringify({ token }));
const register = (init: Partial<ContextForgeServerInit> = {}) =>
  gateway.add({ id: 'g1', name: 'Jira', ...init });
const declare = (spec: object, id = 'g1') =>
  world.desired.put(connection, `server#${id}`, { spec } as never);
const record = async (id = 'g1') => (await deps.ledger.read(connection)).servers.get(id);
const bodies = () =>
  gateway.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body);

async function pass(request: Partial<PassRequest> = {}) {
  const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

async function planned() {
  const { plan } = await preview({ connection, trigger: 'cli' }, deps);
  return plan.changes.flatMap(({ changes }) =>
    changes.map(({ pointer, cause, conditional }) => ({ pointer, cause, conditional })),
  );
}

describe('a pass at ContextForge', () => {
  test('that changes a description keeps the stored credential, declared or not', async () => {
    const stored = { authType: 'bearer', credential: { token: 'by-hand' } };
    register(stored);
    await declare({ description: 'New' });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({ ...stored, description: 'New' });
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
  });

  test('sends a credential with its type, twice, and then no more', async () => {
    register();
    await declare(bearer);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    const body = { authType: 'bearer', authToken: 'first-token' };
    expect(bodies()).toEqual([body, body]);
    expect(gateway.find('g1')).toMatchObject({
      authType: 'bearer',
      credential: { token: 'first-token' },
    });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
    expect(gateway.counts.put).toBe(2);
  });

  test('of a person sends what the list showed, though a GET is what it decides by', async () => {
    register({ authType: 'bearer', credential: { token: 'by-hand' }, description: 'Old' });
    register({ id: 'g2', name: 'Wiki', authType: 'bearer', credential: { token: 'by-hand' } });
    await declare({ ...bearer, description: 'New' });
    await declare({ description: 'Same' }, 'g2');
    await pass();
    // As a PUT by another tool does that leaves the credential out.
    gateway.edit('g1', { description: 'By hand', credential: undefined });
    const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, deps);
    const result = await sendAgreed(request, made.plan, made, agreement, deps);
    expect(result).toMatchObject({
      report: { counts: { updated: 1, inSync: 1 }, vendorCalls: { list: 1, get: 1 } },
    });
    expect(gateway.find('g1')).toMatchObject({
      description: 'New',
      credential: { token: 'first-token' },
    });
    expect(await planned()).toEqual([]);
  });

  test('a PUT with a secret that the gateway drops is sent once more, and is kept', async () => {
    register({ upstream: 'other-tools' });
    await declare(bearer);
    await pass();
    expect(gateway.find('g1').credential).toEqual({ token: 'first-token' });
  });

  test('a PUT whose answer does not show what was sent is sent once more', async () => {
    register({ upstream: 'other-tools', authType: 'bearer', credential: { token: 'by-hand' } });
    await declare({ description: 'New' });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({
      description: 'New',
      credential: { token: 'by-hand' },
    });
    expect(bodies()).toHaveLength(2);
  });

  test('a rotated secret is sent with its type, and planned so', async () => {
    register();
    await declare(bearer);
    await pass();
    await rotate('second-token');
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'rotated', conditional: true },
    ]);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(bodies().at(-1)).toEqual({ authType: 'bearer', authToken: 'second-token' });
  });

  test('a version with the same value is noted, and nothing sent', async () => {
    register();
    await declare(bearer);
    await pass();
    await rotate('first-token');
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
    expect(gateway.counts.put).toBe(2);
  });

  test('an erased credential is drift, and sent again', async () => {
    register();
    await declare({ ...bearer, description: 'One' });
    await pass();
    gateway.edit('g1', { credential: undefined });
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'drift', conditional: false },
    ]);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1').credential).toEqual({ token: 'first-token' });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
  });

  test('another user is sent with the password, and the plan names both', async () => {
    const password = { secret: `trueup/${connection}/jira`, key: 'token' };
    const basic = { authType: 'basic', authUsername: 'one', authPassword: password };
    register();
    await declare(basic);
    await pass();
    await declare({ ...basic, authUsername: 'two' });
    expect(await planned()).toEqual([
      { pointer: '/authPassword', cause: 'together', conditional: false },
      { pointer: '/authUsername', cause: 'declared', conditional: false },
    ]);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1').credential).toEqual({ username: 'two', password: 'first-token' });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
  });

  test('a type changed by hand is corrected with its secret', async () => {
    register();
    await declare(bearer);
    await pass();
    gateway.edit('g1', {
      authType: 'basic',
      credential: { username: 'u', password: 'p' },
    });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({
      authType: 'bearer',
      credential: { token: 'first-token' },
    });
  });

  test('a gateway that stores no secret is tried again after backoff', async () => {
    register();
    await declare(bearer);
    const forget = gateway.misbehave({
      operation: 'put',
      effect: {
        kind: 'normalise',
        stored: false,
        change: (shown) => ({ ...shown, authToken: null, authValue: null }),
      },
    });
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    expect((await record())?.reason).toMatchObject({ code: 'not-applied', pointer: '/authToken' });
    forget();
    world.clock.advance(2 * minute);
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'notApplied', conditional: false },
    ]);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
  });

  test('MCP servers that are down are failures of their own, never of the connection', async () => {
    const ids = Array.from({ length: 8 }, (_, at) => `g${at}`);
    for (const id of ids) {
      gateway.add({ id, name: `Server ${id}`, upstream: 'down' });
      await declare(bearer, id);
    }
    const report = await pass();
    expect(report).toMatchObject({ state: 'ok', failures: { upstream: 8 } });
    expect(outcomesOf(report)).toEqual({ waiting: 8 });
    expect(gateway.counts.put).toBe(8);
    // It may have been applied: it is sent again, whatever else happens.
    expect((await record())?.intent?.pointers).toEqual(['/authToken']);
  });

  test('a lockout ends the pass, and nothing is sent until it has ended', async () => {
    for (const id of ['g1', 'g2', 'g3']) {
      gateway.add({ id, name: `Server ${id}` });
      await declare({ description: 'New' }, id);
    }
    const end = gateway.misbehave({
      operation: 'put',
      effect: { kind: 'status', status: 429, retryAfter: 900 },
    });
    await world.desired.put(connection, 'connection', {
      provider: 'contextforge',
      baseUrl: gateway.url,
      auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
      policy: { mode: 'correct' },
      budget: { requestsPerMinute: 60_000, concurrency: 1 },
    });
    const report = await pass();
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-429' } });
    expect(outcomesOf(report)).toEqual({ unreached: 3 });
    expect(gateway.counts.put).toBe(1);
    end();
    const asked = gateway.requests.length;
    world.clock.advance(14 * minute);
    expect(await pass()).toMatchObject({ reason: { code: 'backing-off' } });
    expect(gateway.requests).toHaveLength(asked);
    world.clock.advance(2 * minute);
    expect(outcomesOf(await pass())).toEqual({ updated: 3 });
  });
});
