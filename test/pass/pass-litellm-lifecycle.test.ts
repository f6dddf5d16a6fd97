import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSimulatedLiteLlm } from '../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmSimulator } from '../../lib/local/gateways/litellm/simulator.ts';
import { approve } from '../../lib/pass/approve.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { anotherProcess } from '../support/another-process.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'lite';
const reference = { secret: `trueup/${connection}/jira` };
/** Longer than what may have been sent is waited for. */
const settled = 3 * 60_000;
const spec = {
  server_name: 'Jira',
  url: 'http://localhost/jira',
  transport: 'http',
  auth_type: 'oauth2',
  credentials: { client_id: 'trueup', client_secret: reference, scopes: ['b', 'a'] },
  token_url: 'http://localhost/token',
  oauth2_flow: 'client_credentials',
};

let world: TestWorld;
let gateway: LiteLlmSimulator;
let deps: TestWorld['deps'];

beforeEach(async () => {
  world = await startWorld();
  const now = () => world.clock.now();
  gateway = await startSimulatedLiteLlm({ servers: [], tokens: ['sk-admin'], now });
  deps = anotherProcess(world, `litellm=${new URL(gateway.url).host}`);
  await world.secrets.write(`trueup/${connection}/token`, 'sk-admin');
  await world.secrets.write(reference.secret, 'jira-secret');
  await world.desired.put(connection, 'connection', {
    provider: 'litellm',
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'] },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
  await declare();
});

afterEach(async () => {
  await Promise.all([world.close(), gateway.close()]);
});

const declare = (more: object = {}) => world.desired.put(connection, 'new#jira', { spec, ...more });
const label = async () => (await deps.ledger.labels(connection)).get('jira');
const count = (method: string) => gateway.requests.filter((one) => one.method === method).length;

async function pass() {
  const result = await reconcile({ connection, trigger: 'schedule' }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

describe('a row without an id at LiteLLM', () => {
  test('is created with its credential and its OAuth flow, under the id of its attempt', async () => {
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
    const [made] = gateway.servers;
    expect(made).toMatchObject({
      server_name: 'Jira',
      token_url: 'http://localhost/token',
      credentials: { client_id: 'trueup', client_secret: 'jira-secret', scopes: ['a', 'b'] },
    });
    expect(await label()).toMatchObject({ binding: { id: made?.server_id } });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
    expect(count('POST')).toBe(1);
    const [sent] = gateway.requests.filter(({ method }) => method === 'POST');
    expect(sent?.body).toMatchObject({ server_id: made?.server_id, auth_type: 'oauth2' });
  });

  test('whose answer was lost is bound by its id, also where it was changed meanwhile', async () => {
    gateway.misbehave({ operation: 'create', times: 1, effect: { kind: 'cut', applied: true } });
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    const id = gateway.servers[0]?.server_id ?? '';
    expect(await label()).toMatchObject({ reservation: { nonce: id, state: 'unsure' } });
    gateway.edit(id, { server_name: 'By_hand', alias: 'By_hand' });
    world.clock.advance(settled);
    await pass();
    expect(await label()).toMatchObject({ binding: { id } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.find(id)).toMatchObject({ server_name: 'Jira' });
    expect(count('POST')).toBe(1);
  });

  test('whose request a proxy repeats is bound, though the answer is that it is there already', async () => {
    const id = '00000000-0000-4000-8000-00000000000a';
    deps = { ...deps, uuid: () => id };
    const error = `MCP Server with id ${id} already exists. Cannot create another.`;
    const body = { detail: { error } };
    const effect = { kind: 'status', status: 400, applied: true, body } as const;
    gateway.misbehave({ operation: 'create', times: 1, effect });
    const { details } = await pass();
    expect(details).toMatchObject([{ outcome: 'unsure' }]);
    expect(details[0]?.reason?.message).toContain('already exists');
    expect(await label()).toMatchObject({ reservation: { nonce: id, state: 'unsure' } });
    world.clock.advance(settled);
    await pass();
    expect(await label()).toMatchObject({ binding: { id } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(count('POST')).toBe(1);
  });

  test('is for a person where another has its name, even one just as it was sent', async () => {
    gateway.misbehave({ operation: 'create', times: 1, effect: { kind: 'cut', applied: false } });
    await pass();
    gateway.add({ ...spec, server_id: 'other' });
    world.clock.advance(settled);
    const { details } = await pass();
    expect(details).toMatchObject([{ outcome: 'unsure', reason: { code: 'may-be-anothers' } }]);
    expect(await label()).toMatchObject({ reservation: { state: 'person' } });
  });

  test("whose name a server of the gateway's own file has is not created", async () => {
    gateway.add({ server_id: 'file', server_name: 'jira', is_config: true });
    const { details } = await pass();
    expect(details).toMatchObject([{ outcome: 'waiting', reason: { code: 'name-taken' } }]);
    expect(details[0]?.reason?.message).toContain('it cannot be adopted');
    expect(count('POST')).toBe(0);
  });

  test('is deleted as a list shows it, though a GET shows it otherwise', async () => {
    await pass();
    const id = gateway.servers[0]?.server_id ?? '';
    gateway.edit(id, { discovered: { issuer: 'http://localhost/issuer' } });
    await declare({ state: 'absent' });
    const { held } = await pass();
    await approve(connection, held ?? '', deps, 'kim');
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ deleted: 1 });
    expect(report.vendorCalls).toMatchObject({ get: 0, delete: 1 });
    expect(gateway.servers).toEqual([]);
  });
});
