import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSimulatedLiteLlm } from '../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmSimulator } from '../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmServerInit } from '../../lib/local/gateways/litellm/server.ts';
import { preview } from '../../lib/pass/preview.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { atOneGateway } from './support/one-gateway.ts';
import type { OneGateway } from './support/one-gateway.ts';

const connection = 'lite';
const options = { provider: 'litellm', connection, token: 'sk-admin', id: 's1' };
const reference = { secret: `trueup/${connection}/jira`, key: 'token' };
const oauth = {
  auth_type: 'oauth2',
  credentials: { client_id: 'trueup', client_secret: reference, scopes: ['read'] },
};
const bearer = { auth_type: 'bearer_token', credentials: { auth_value: reference } };
const url = 'http://localhost/new';

let world: TestWorld;
let gateway: LiteLlmSimulator;
let at: OneGateway;

beforeEach(async () => {
  world = await startWorld();
  gateway = await startSimulatedLiteLlm({
    servers: [],
    tokens: ['sk-admin', 'sk-other'],
    otherKeys: ['sk-other'],
    now: () => world.clock.now(),
  });
  at = await atOneGateway(world, gateway, options);
  await at.rotate('first-value');
});

afterEach(async () => {
  await Promise.all([world.close(), gateway.close()]);
});

const register = (init: Partial<LiteLlmServerInit> = {}) =>
  gateway.add({ server_id: 's1', server_name: 'Jira', ...init });

describe('a new URL at LiteLLM', () => {
  const flow = { token_url: 'http://localhost/token', issuer: 'http://localhost' };

  test('takes what it clears of the declared OAuth flow along, in the same pass', async () => {
    register({ ...flow, oauth2_flow: 'client_credentials' });
    await at.declare({ url, ...flow, oauth2_flow: 'client_credentials' });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(at.bodies()).toEqual([
      { server_id: 's1', url },
      { server_id: 's1', ...flow, oauth2_flow: 'client_credentials' },
    ]);
    expect(gateway.find('s1')).toMatchObject({ url, ...flow, oauth2_flow: 'client_credentials' });
    expect(outcomesOf(await at.pass())).toEqual({ inSync: 1 });
    expect(gateway.counts.put).toBe(2);
  });

  test('and other values for it goes out once', async () => {
    register({ token_url: 'http://localhost/old' });
    await at.declare({ url, token_url: 'http://localhost/token' });
    await at.pass();
    expect(at.bodies()).toEqual([{ server_id: 's1', url, token_url: 'http://localhost/token' }]);
  });

  test('that would clear what is not declared is not sent, and says what', async () => {
    register(flow);
    await at.declare({ url, issuer: flow.issuer });
    expect(outcomesOf(await at.pass())).toEqual({ failed: 1 });
    expect((await at.record())?.reason).toMatchObject({
      code: 'would-clear',
      message: expect.stringContaining('/url'),
      pointer: '/token_url',
    });
    expect(at.bodies()).toEqual([]);

    await at.declare({ url, ...flow });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('s1')).toMatchObject({ url, ...flow });
  });

  test('is complete after the next pass where the second PUT failed', async () => {
    register(flow);
    await at.declare({ url, ...flow });
    const effect = { kind: 'status', status: 500 } as const;
    gateway.misbehave({ operation: 'put', skip: 1, times: 1, effect });
    expect(outcomesOf(await at.pass())).toEqual({ waiting: 1 });
    expect(gateway.find('s1')).toMatchObject({ url, token_url: null });
    world.clock.advance(60 * 60_000);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('s1')).toMatchObject({ url, ...flow });
  });
});

describe('what the list shows of LiteLLM and nothing stores', () => {
  const discovered = { token_url: 'http://localhost/found', issuer: 'http://localhost/found' };

  test('is not lost by a new URL, so the PUT is sent', async () => {
    register({ discovered });
    await at.declare({ url });
    const report = await at.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1 });
    expect(report.vendorCalls).toMatchObject({ list: 1, get: 1, put: 1 });
    expect(outcomesOf(await at.pass())).toEqual({ inSync: 1 });
  });

  test('is drift where something else is declared, until that is stored', async () => {
    register({ discovered });
    await at.declare({ token_url: 'http://localhost/token' });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(outcomesOf(await at.pass())).toEqual({ inSync: 1 });
  });

  test('a description of the MCP server’s own is not fought over', async () => {
    register({ mcp_info: { description: 'Its own' } });
    await at.declare({ description: 'Declared' });
    const outcomes = [];
    for (let passes = 0; passes < 5; passes += 1) {
      outcomes.push(outcomesOf(await at.pass()));
      world.clock.advance(60 * 60_000);
    }
    expect(outcomes.at(-1)).toEqual({ refused: 1 });
    expect(gateway.counts.put).toBeLessThan(5);
  });
});

describe('a credential at LiteLLM', () => {
  test('goes out with its type, once, and rotated again', async () => {
    register();
    await at.declare(bearer);
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    const sent = (auth_value: string) => ({
      server_id: 's1',
      auth_type: 'bearer_token',
      credentials: { auth_value },
    });
    expect(at.bodies()).toEqual([sent('first-value')]);
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
    await at.rotate('second-value');
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(at.bodies()).toEqual([sent('first-value'), sent('second-value')]);
  });

  test('that another type has erased is drift, and is sent whole', async () => {
    register();
    await at.declare(oauth);
    await at.pass();
    gateway.edit('s1', { auth_type: 'api_key', credentials: null });
    expect(outcomesOf(await at.pass())).toEqual({ updated: 1 });
    expect(gateway.find('s1')).toMatchObject({
      auth_type: 'oauth2',
      credentials: { client_id: 'trueup', client_secret: 'first-value', scopes: ['read'] },
    });
    expect(outcomesOf(await at.pass())).toEqual({ assumed: 1 });
  });

  test('of another type does not clear scopes that are not declared', async () => {
    register({ auth_type: 'oauth2', credentials: { scopes: ['read'], client_secret: 'kept' } });
    await at.declare(bearer);
    expect(outcomesOf(await at.pass())).toEqual({ failed: 1 });
    expect((await at.record())?.reason).toMatchObject({ pointer: '/credentials/scopes' });
    expect(at.bodies()).toEqual([]);
  });
});

describe('a pass at LiteLLM', () => {
  const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };

  test('over named servers reads the list, and no server by itself', async () => {
    register();
    register({ server_id: 's2', server_name: 'Wiki' });
    register({ server_id: 's3', server_name: 'Mail' });
    await at.declare({ description: 'New' });
    await at.declare({ description: 'New' }, 's2');
    const report = await at.pass({ servers: ['s1'] });
    expect(report).toMatchObject({ servers: 1, vendorCalls: { list: 1, get: 0, put: 1 } });
    const { plan } = await preview({ connection, trigger: 'cli', servers: ['s2'] }, at.deps);
    expect(plan).toMatchObject({ servers: 1, undeclared: [] });
  });

  test('of a person reads the list again before it sends', async () => {
    register();
    register({ server_id: 's2', server_name: 'Wiki' });
    await at.declare({ description: 'New' });
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, at.deps);
    const result = await sendAgreed(request, made.plan, made, agreement, at.deps);
    expect(result).toMatchObject({
      report: { counts: { updated: 1 }, vendorCalls: { list: 2, get: 0, put: 1 } },
    });
    expect(made.plan.undeclared).toEqual([{ id: 's2', name: 'Wiki' }]);
  });

  test('of a person who agreed to nothing reads nothing again', async () => {
    register({ description: 'New' });
    await at.declare({ description: 'New' });
    await at.pass();
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, at.deps);
    const result = await sendAgreed(request, made.plan, made, agreement, at.deps);
    expect(result).toMatchObject({ report: { vendorCalls: { list: 1, get: 0, put: 0 } } });
  });

  test('confirms by a GET that a server is not there', async () => {
    register();
    await at.declare({ description: 'New' });
    await at.declare({ description: 'New' }, 'gone');
    const report = await at.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1, missing: 1 });
    expect(report.vendorCalls).toMatchObject({ list: 1, get: 1, put: 1 });
  });

  test('with a key that is not an administrator’s ends, and nothing is missing', async () => {
    register();
    await at.declare({ description: 'New' });
    await at.pass();
    at = await atOneGateway(world, gateway, { ...options, token: 'sk-other' });
    const report = await at.pass();
    expect(report).toMatchObject({
      state: 'unreachable',
      reason: { code: 'http-403', message: expect.stringContaining('not a full administrator') },
    });
    expect(outcomesOf(report)).toEqual({ unreached: 1 });
  });

  test("says of a server of the gateway's own file that it is, and sends nothing", async () => {
    register({ is_config: true });
    await at.declare({ description: 'New' });
    expect(outcomesOf(await at.pass())).toEqual({ invalid: 1 });
    expect((await at.record())?.reason).toEqual({
      code: 'invalid',
      message: "it is declared in the gateway's own configuration",
    });
    expect(at.bodies()).toEqual([]);
  });

  test('hands a name on: the server that is refused is tried again at the end', async () => {
    register();
    register({ server_id: 's2', server_name: 'Wiki' });
    await at.declare({ server_name: 'Wiki', alias: 'Wiki' });
    await at.declare({ server_name: 'Docs', alias: 'Docs' }, 's2');
    expect(outcomesOf(await at.pass())).toEqual({ updated: 2 });
    expect(gateway.find('s1')).toMatchObject({ server_name: 'Wiki', alias: 'Wiki' });
  });

  test('leaves a server failed whose name another one keeps', async () => {
    register();
    register({ server_id: 's2', server_name: 'Wiki' });
    await at.declare({ alias: 'WIKI' });
    expect(outcomesOf(await at.pass())).toEqual({ failed: 1 });
    expect((await at.record())?.reason).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('answered HTTP 400: An MCP server with alias'),
    });
  });
});
