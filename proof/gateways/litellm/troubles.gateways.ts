import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PassReport } from '../../../lib/model/ledger.types.ts';
import { outcomesOf } from '../../../test/support/world.ts';
import { expectSettled, reasonOf } from './checks.ts';
import { startRealWorld } from './world.ts';
import type { Answer, RealWorld } from './world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await startRealWorld();
  await world.declareConnection();
});

afterAll(async () => {
  await world?.close();
});

const only = (...servers: readonly string[]) => world.pass({ servers });

describe('a new URL at a real LiteLLM', () => {
  const flow = {
    token_url: 'http://localhost:1/token',
    issuer: 'http://localhost:1',
    authorization_url: 'http://localhost:1/authorize',
    oauth2_flow: 'client_credentials',
    audience: 'jira',
  };
  const moved = (name: string) => `${world.upstream.url}/${name}_moved`;

  test('takes along, in the same pass, what it clears of the declared OAuth flow', async () => {
    await world.register('moved', flow);
    await world.declare({ id: 'moved', spec: { ...flow, url: moved('moved') } });
    await expectSettled(world, 'moved', 'inSync', { get: 1, put: 2 });
    expect(await world.live('moved')).toMatchObject({ ...flow, url: moved('moved') });
  });

  test('and some new values for it does so too', async () => {
    await world.register('moved_partly', flow);
    const spec = { ...flow, url: moved('moved_partly'), token_url: 'http://localhost:1/new' };
    await world.declare({ id: 'moved_partly', spec });
    await expectSettled(world, 'moved_partly', 'inSync', { get: 1, put: 2 });
    expect(await world.live('moved_partly')).toMatchObject(spec);
  });

  test('that would clear what is not declared is not sent', async () => {
    await world.register('unmoved', flow);
    const before = await world.live('unmoved');
    await world.declare({ id: 'unmoved', spec: { url: moved('unmoved') } });
    const report = await only('unmoved');
    expect(outcomesOf(report)).toEqual({ failed: 1 });
    expect(report.vendorCalls.put).toBe(0);
    expect(await reasonOf(world, 'unmoved')).toMatchObject({
      code: 'would-clear',
      pointer: '/issuer',
    });
    expect(await world.live('unmoved')).toEqual(before);
  });

  test('of another issuer as well: it clears the rest', async () => {
    await world.register('reissued', flow);
    const spec = { ...flow, issuer: 'http://localhost:2' };
    await world.declare({ id: 'reissued', spec });
    await expectSettled(world, 'reissued', 'inSync', { get: 1, put: 2 });
    expect(await world.live('reissued')).toMatchObject(spec);
  });
});

describe('at a real LiteLLM', () => {
  test('an MCP server that stalls holds up no pass', async () => {
    await world.register('stalled');
    world.upstream.stall('/stalled', true);
    await world.declare({ id: 'stalled', spec: { description: 'New' } });
    await expectSettled(world, 'stalled', 'inSync');
    world.upstream.stall('/stalled', false);
  });

  test('a name that another server has is a conflict, without regard to case', async () => {
    await world.register('first_name');
    await world.register('second_name');
    await world.declare({ id: 'second_name', spec: { alias: 'FIRST_NAME' } });
    expect(outcomesOf(await only('second_name'))).toEqual({ failed: 1 });
    expect(await reasonOf(world, 'second_name')).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already exists (server_id=first_name)'),
    });
    await world.declare({
      id: 'first_name',
      spec: { server_name: 'given_away', alias: 'given_away' },
    });
    await world.declare({
      id: 'second_name',
      spec: { server_name: 'first_name', alias: 'first_name' },
    });
    expect(outcomesOf(await only('second_name', 'first_name'))).toEqual({ updated: 2 });
    expect(await world.live('second_name')).toMatchObject({ alias: 'first_name' });
  });

  test("a server of the gateway's own file is invalid, with the reason", async () => {
    const all = (await world.call('GET', '/v1/mcp/server')) as readonly Answer[];
    const id = all.find(({ is_config: isConfig }) => isConfig === true)?.server_id ?? '';
    await world.declare({ id, spec: { description: 'New' } });
    const report = await only(id);
    expect(outcomesOf(report)).toEqual({ invalid: 1 });
    expect(report.vendorCalls.put).toBe(0);
    expect(await reasonOf(world, id)).toMatchObject({
      message: "it is declared in the gateway's own configuration",
    });
  });

  test('a server that is not there is missing, which one GET confirms', async () => {
    await world.declare({ id: 'never_there', spec: { description: 'New' } });
    const report = await only('never_there');
    expect(outcomesOf(report)).toEqual({ missing: 1 });
    expect(report.vendorCalls).toMatchObject({ list: 1, get: 1, put: 0 });
  });

  test.each(['internal_user', 'proxy_admin_viewer'])(
    'the list of a key of %s is refused, and no server is missing or changed',
    async (role) => {
      await world.register(`for_${role}`);
      const report = await passWithKeyOf({ user_role: role }, `for_${role}`);
      expect(report).toMatchObject({
        state: 'unreachable',
        reason: { code: 'http-403', message: expect.stringContaining('not a full administrator') },
        counts: { unreached: 1 },
      });
    },
  );

  test('a key of a user who is a proxy admin, as its page says to make one, is enough', async () => {
    await world.register('by_user');
    const user = { user_id: 'trueup', user_role: 'proxy_admin' };
    expect(outcomesOf(await passWithKeyOf(user, 'by_user'))).toEqual({ updated: 1 });
    expect(await world.live('by_user')).toMatchObject({ description: 'New' });
  });

  test('that is killed in mid-pass: the next pass does the rest, and no credential is lost', async () => {
    const names = Array.from({ length: 24 }, (_, at) => `killed_${at}`);
    const credentials = { auth_value: 'kept' };
    for (const name of names) {
      await world.register(name, { auth_type: 'bearer_token', credentials });
    }
    const connection = 'killed';
    await world.declareConnection({}, connection);
    for (const name of names) {
      const row = { spec: { description: 'Declared' } };
      await world.aws.desired.put(connection, `server#${name}`, row);
    }
    const first = world.pass({ connection });
    // More than are on their way at once: some were answered.
    while ((await isDeclared(names)).filter(Boolean).length < 6) await setTimeout(5);
    await world.gateway.restart();
    const report = await first;
    expect(report.counts.updated).toBeGreaterThan(0);
    expect(report.counts.updated).toBeLessThan(names.length);
    expect(report.counts.missing + report.counts.invalid).toBe(0);

    world.aws.clock.advance(60 * 60_000);
    await world.pass({ connection });
    expect(outcomesOf(await world.pass({ connection }))).toEqual({ inSync: names.length });
    expect(await isDeclared(names)).toEqual(names.map(() => true));
    expect((await world.used('killed_23')).headers['authorization']).toBe('Bearer kept');
  });
});

/** A pass of a connection of its own over one server, with a new key of such a user. */
async function passWithKeyOf(user: object, server: string): Promise<PassReport> {
  const { key } = (await world.call('POST', '/user/new', user)) as { readonly key: string };
  const name = server.replaceAll('_', '-');
  await world.declareConnection({}, name);
  await world.aws.secrets.write(`trueup/${name}/sign-in`, key);
  await world.aws.desired.put(name, `server#${server}`, { spec: { description: 'New' } });
  return world.pass({ connection: name });
}

/** Whether each server has the description that is declared. */
async function isDeclared(ids: readonly string[]): Promise<readonly boolean[]> {
  const all = (await world.call('GET', '/v1/mcp/server')) as readonly Answer[];
  const declared = new Set(
    all.filter((one) => one['description'] === 'Declared').map(({ server_id: id }) => id),
  );
  return ids.map((id) => declared.has(id));
}
