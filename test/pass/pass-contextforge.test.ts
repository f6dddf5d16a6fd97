import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContextForgeServerInit } from '../../lib/local/gateways/contextforge/gateway.ts';
import type { ContextForgeSimulator } from '../../lib/local/gateways/contextforge/simulator.ts';
import { preview } from '../../lib/pass/preview.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { atOneGateway } from './support/one-gateway.ts';
import type { OneGateway } from './support/one-gateway.ts';

const connection = 'forge';
const options = { provider: 'contextforge', connection, token: 'api-token', id: 'g1' };
const reference = { secret: `trueup/${connection}/jira`, key: 'token' };
const bearer = { authType: 'bearer', authToken: reference };
const minute = 60_000;

let world: TestWorld;
let gateway: ContextForgeSimulator;
let at: OneGateway;

beforeEach(async () => {
  const contextforge = { servers: [], tokens: ['api-token'] };
  world = await startWorld({}, { sqliteLedger: true, contextforge });
  gateway = world.contextforge;
  at = await atOneGateway(world, gateway, options);
  await at.rotate('first-token');
});

afterEach(() => world.close());

const register = (init: Partial<ContextForgeServerInit> = {}) =>
  gateway.add({ id: 'g1', name: 'Jira', ...init });

async function planned() {
  const { plan } = await preview({ connection, trigger: 'cli' }, at.deps);
  return plan.changes.flatMap(({ changes }) =>
    changes.map(({ pointer, cause, conditional }) => ({ pointer, cause, conditional })),
  );
}

describe('a pass at ContextForge', () => {
  test('that changes a description keeps the stored credential, declared or not', async () => {
    const stored = { authType: 'bearer', credential: { token: 'by-hand' } };
    register(stored);
    await at.declare({ description: 'New' });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({ ...stored, description: 'New' });
    expect(outcomesOf(await at.pass())).toEqual({ inSync: 1 });
  });

  test('sends a credential with its type, twice, and then no more', async () => {
    register();
    await at.declare(bearer);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    const body = { authType: 'bearer', authToken: 'first-token' };
    expect(at.bodies()).toEqual([body, body]);
    expect(gateway.find('g1')).toMatchObject({
      authType: 'bearer',
      credential: { token: 'first-token' },
    });
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
    expect(gateway.counts.put).toBe(2);
  });

  test('of a person sends what the list showed, though a GET is what it decides by', async () => {
    register({ authType: 'bearer', credential: { token: 'by-hand' }, description: 'Old' });
    register({ id: 'g2', name: 'Wiki', authType: 'bearer', credential: { token: 'by-hand' } });
    await at.declare({ ...bearer, description: 'New' });
    await at.declare({ description: 'Same' }, 'g2');
    await at.pass();
    // As a PUT by another tool does that leaves the credential out.
    gateway.edit('g1', { description: 'By hand', credential: undefined });
    const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, at.deps);
    const result = await sendAgreed(request, made.plan, made, agreement, at.deps);
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
    await at.declare(bearer);
    await at.pass();
    expect(gateway.find('g1').credential).toEqual({ token: 'first-token' });
  });

  test('a PUT whose answer does not show what was sent is sent once more', async () => {
    register({ upstream: 'other-tools', authType: 'bearer', credential: { token: 'by-hand' } });
    await at.declare({ description: 'New' });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({
      description: 'New',
      credential: { token: 'by-hand' },
    });
    expect(at.bodies()).toHaveLength(2);
  });

  test('a rotated secret is sent with its type, and planned so', async () => {
    register();
    await at.declare(bearer);
    await at.pass();
    await at.rotate('second-token');
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'rotated', conditional: true },
    ]);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(at.bodies().at(-1)).toEqual({ authType: 'bearer', authToken: 'second-token' });
  });

  test('a version with the same value is noted, and nothing sent', async () => {
    register();
    await at.declare(bearer);
    await at.pass();
    await at.rotate('first-token');
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
    expect(gateway.counts.put).toBe(2);
  });

  test('an erased credential is drift, and sent again', async () => {
    register();
    await at.declare({ ...bearer, description: 'One' });
    await at.pass();
    gateway.edit('g1', { credential: undefined });
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'drift', conditional: false },
    ]);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1').credential).toEqual({ token: 'first-token' });
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
  });

  test('another user is sent with the password, and the plan names both', async () => {
    const password = { secret: `trueup/${connection}/jira`, key: 'token' };
    const basic = { authType: 'basic', authUsername: 'one', authPassword: password };
    register();
    await at.declare(basic);
    await at.pass();
    await at.declare({ ...basic, authUsername: 'two' });
    expect(await planned()).toEqual([
      { pointer: '/authPassword', cause: 'together', conditional: false },
      { pointer: '/authUsername', cause: 'declared', conditional: false },
    ]);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1').credential).toEqual({ username: 'two', password: 'first-token' });
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
  });

  test('a type changed by hand is corrected with its secret', async () => {
    register();
    await at.declare(bearer);
    await at.pass();
    gateway.edit('g1', {
      authType: 'basic',
      credential: { username: 'u', password: 'p' },
    });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('g1')).toMatchObject({
      authType: 'bearer',
      credential: { token: 'first-token' },
    });
  });

  test('a gateway that stores no secret is tried again after backoff', async () => {
    register();
    await at.declare(bearer);
    const forget = gateway.misbehave({
      operation: 'put',
      effect: {
        kind: 'normalise',
        stored: false,
        change: (shown) => ({ ...shown, authToken: null, authValue: null }),
      },
    });
    expect(outcomesOf(await at.pass())).toEqual({ waiting: 1 });
    expect((await at.record())?.reason).toMatchObject({
      code: 'not-applied',
      pointer: '/authToken',
    });
    forget();
    world.clock.advance(2 * minute);
    expect(await planned()).toEqual([
      { pointer: '/authToken', cause: 'notApplied', conditional: false },
    ]);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
  });

  test('MCP servers that are down are failures of their own, never of the connection', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `g${index}`);
    for (const id of ids) {
      gateway.add({ id, name: `Server ${id}`, upstream: 'down' });
      await at.declare(bearer, id);
    }
    const report = await at.pass();
    expect(report).toMatchObject({ state: 'ok', failures: { upstream: 8 } });
    expect(outcomesOf(report)).toEqual({ waiting: 8 });
    expect(gateway.counts.put).toBe(8);
    // It may have been applied: it is sent again, whatever else happens.
    expect((await at.record())?.intent?.pointers).toEqual(['/authToken']);
  });

  test('a lockout ends the pass, and nothing is sent until it has ended', async () => {
    for (const id of ['g1', 'g2', 'g3']) {
      gateway.add({ id, name: `Server ${id}` });
      await at.declare({ description: 'New' }, id);
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
    const report = await at.pass();
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-429' } });
    expect(outcomesOf(report)).toEqual({ unreached: 3 });
    expect(gateway.counts.put).toBe(1);
    end();
    const asked = gateway.requests.length;
    world.clock.advance(14 * minute);
    expect(await at.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    expect(gateway.requests).toHaveLength(asked);
    world.clock.advance(2 * minute);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 3 });
  });
});
