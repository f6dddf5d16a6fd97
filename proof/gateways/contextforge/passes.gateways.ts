import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { preview } from '../../../lib/pass/preview.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { outcomesOf } from '../../../test/support/world.ts';
import { connection, startRealWorld } from './world.ts';
import type { Answer, RealWorld } from './world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await startRealWorld();
  await world.declareConnection();
});

afterAll(async () => {
  await world.close();
});

const reference = (name: string) => ({ secret: `trueup/${connection}/${name}` });
const only = (...servers: readonly string[]) => world.pass({ servers });
const planned = async (id: string) => {
  const request = { connection, trigger: 'cli', servers: [id] } as const;
  const { plan } = await preview(request, world.deps);
  return plan.changes.flatMap(({ changes }) =>
    changes.map(({ pointer, cause }) => `${cause} ${pointer}`),
  );
};

/** Registered by hand with a token, and declared with the same in Secrets Manager. */
async function registered(name: string, spec: object = {}): Promise<string> {
  await world.secret(name, 'token-1');
  const id = await world.register(name, { authType: 'bearer', authToken: 'token-1' });
  await world.declare({ id, spec: { authType: 'bearer', authToken: reference(name), ...spec } });
  return id;
}

/** What a gateway's answer says beside the declared fields and what each PUT moves. */
function rest(answer: Answer, ...declared: readonly string[]): string {
  const moving = ['version', 'updatedAt', 'lastSeen', ...declared];
  const kept = Object.entries(answer).filter(
    ([key]) => !moving.includes(key) && !key.startsWith('modified'),
  );
  return JSON.stringify(kept);
}

describe('a pass at a real ContextForge', () => {
  test('applies what is declared, and plans nothing then', async () => {
    const id = await registered('applied', {
      name: 'Applied Prod',
      description: 'By Trueup',
      tags: ['Team A', 'ops'],
      passthroughHeaders: ['X-Tenant'],
    });
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(await world.live(id)).toMatchObject({
      name: 'Applied Prod',
      description: 'By Trueup',
      tags: [{ label: 'Team A' }, { label: 'ops' }],
      passthroughHeaders: ['X-Tenant'],
      authType: 'bearer',
    });
    expect(world.credential('applied')).toBe('Bearer token-1');
    expect(await planned(id)).toEqual([]);
    const again = await only(id);
    expect(outcomesOf(again)).toEqual({ assumed: 1 });
    expect(again.vendorCalls.put).toBe(0);
  });

  test("corrects drift made by the gateway's own API", async () => {
    const id = await registered('drifted', { description: 'By Trueup', tags: ['one-tag'] });
    await only(id);
    await world.call('PUT', `/${id}`, {
      description: 'By hand',
      tags: ['other-tag'],
      authType: 'bearer',
      authToken: '*****',
    });
    expect(await planned(id)).toEqual(['drift /description', 'drift /tags']);
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(await world.live(id)).toMatchObject({
      description: 'By Trueup',
      tags: [{ label: 'one-tag' }],
    });
  });

  test('leaves undeclared fields as they are, byte for byte', async () => {
    const headers = [{ key: 'X-Key', value: 'value-1' }];
    const id = await world.register('undeclared', {
      description: '  two  spaces, ünïcode ✓',
      tags: ['Team B', 'zz'],
      passthroughHeaders: ['X-B', 'X-A', 'X-B'],
      authType: 'authheaders',
      authHeaders: headers,
    });
    const before = await world.live(id);
    await world.declare({ id, spec: { name: 'Renamed by Trueup' } });
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    const after = await world.live(id);
    expect(after['name']).toBe('Renamed by Trueup');
    expect(rest(after, 'name', 'slug')).toBe(rest(before, 'name', 'slug'));
    expect(world.upstream.seen('/undeclared').headers['x-key']).toBe('value-1');
  });

  test('takes a rotated secret to the MCP server', async () => {
    const id = await registered('rotated');
    await only(id);
    await world.secret('rotated', 'token-2');
    expect(await planned(id)).toEqual(['rotated /authToken']);
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(world.credential('rotated')).toBe('Bearer token-2');
    expect(outcomesOf(await only(id))).toEqual({ assumed: 1 });
  });

  test.each([
    ['bearer', { authType: 'bearer', authToken: 'kept' }, { authorization: 'Bearer kept' }],
    [
      'basic',
      { authType: 'basic', authUsername: 'user', authPassword: 'kept' },
      { authorization: `Basic ${btoa('user:kept')}` },
    ],
    [
      'authheaders',
      { authType: 'authheaders', authHeaders: [{ key: 'X-Key', value: 'kept' }] },
      { 'x-key': 'kept' },
    ],
  ])('that changes a description alone keeps the stored %s', async (type, stored, arrives) => {
    const id = await world.register(`kept-${type}`, stored);
    await world.declare({ id, spec: { description: 'Alone' } });
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(world.upstream.seen(`/kept-${type}`).headers).toMatchObject(arrives);
    // Not only with the PUT that changed it: the gateway still has it.
    await world.call('POST', `/${id}/tools/refresh`);
    expect(world.upstream.seen(`/kept-${type}`).headers).toMatchObject(arrives);
    expect(await world.live(id)).toMatchObject({ description: 'Alone', authValue: '*****' });
  });

  test('sees that a credential was erased, and sends it again', async () => {
    const id = await registered('erased', { description: 'By Trueup' });
    await only(id);
    await world.call('PUT', `/${id}`, { description: 'By a script' });
    expect(world.credential('erased')).toBeUndefined();
    expect(await planned(id)).toEqual(['drift /authToken', 'drift /description']);
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(world.credential('erased')).toBe('Bearer token-1');
  });

  test('applies a PUT that the gateway drops because the tools have changed', async () => {
    const id = await registered('tools');
    await only(id);
    await world.secret('tools', 'token-2');
    world.upstream.setTools('/tools', ['another']);
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    await world.call('POST', `/${id}/tools/refresh`);
    expect(world.credential('tools')).toBe('Bearer token-2');

    await world.declare({ id, spec: { description: 'New' } });
    world.upstream.setTools('/tools', ['yet-another']);
    expect(outcomesOf(await only(id))).toEqual({ updated: 1 });
    expect(await world.live(id)).toMatchObject({ description: 'New' });
    await world.call('POST', `/${id}/tools/refresh`);
    expect(world.credential('tools')).toBe('Bearer token-2');
  });

  test('goes on where one MCP server is down, one refuses and one never answers', async () => {
    const names = ['down', 'refusing', 'stalled', 'well'];
    const ids = await Promise.all(names.map((name) => registered(name)));
    const [down = '', refusing = '', stalled = '', well = ''] = ids;
    await only(...ids);
    await Promise.all(['down', 'refusing', 'well'].map((name) => world.secret(name, 'token-2')));
    await world.declare({ id: stalled, spec: { description: 'Stored all the same' } });
    world.upstream.refuse('/down', true);
    world.upstream.expect('/refusing', 'Bearer token-1');
    world.upstream.stall('/stalled', true);
    const report = await only(...ids);
    expect(report).toMatchObject({ state: 'ok', failures: { upstream: 2 } });
    expect(outcomesOf(report)).toEqual({ updated: 2, waiting: 2 });
    expect(world.credential('well')).toBe('Bearer token-2');
    expect(await world.live(stalled)).toMatchObject({ description: 'Stored all the same' });

    world.upstream.refuse('/down', false);
    world.upstream.stall('/stalled', false);
    world.upstream.expect('/refusing', 'Bearer token-2');
    world.aws.clock.advance(5 * 60_000);
    expect(outcomesOf(await only(down, refusing, well))).toEqual({ updated: 2, assumed: 1 });
    expect(['down', 'refusing'].map(world.credential)).toEqual([
      'Bearer token-2',
      'Bearer token-2',
    ]);
    expect(well).not.toBe('');
  });
});

describe('two writers', () => {
  test('of Trueup: one works, the other knocks', async () => {
    const id = await registered('knocked', { description: 'Once' });
    const before = Number((await world.live(id))['version']);
    const passes = await Promise.all(
      [1, 2].map((owner) =>
        reconcile(
          { connection, trigger: 'schedule', servers: [id] },
          { ...world.deps, owner: `owner ${owner}` },
        ),
      ),
    );
    expect(passes.map(({ kind }) => kind).toSorted()).toEqual(['done', 'knocked']);
    expect(await world.live(id)).toMatchObject({ description: 'Once' });
    expect(Number((await world.live(id))['version']) - before).toBeLessThanOrEqual(2);
  });

  test('Trueup and a script that keeps the mask, at once: each has its field, and the credential is kept', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `contested-${at}`);
    const ids = await Promise.all(
      names.map((name) => registered(name, { description: 'Declared' })),
    );
    const script = async (id: string) => {
      for (let at = 0; at < 3; at += 1) {
        await world.call('PUT', `/${id}`, { tags: [`script-${at}`], authToken: '*****' });
      }
    };
    await Promise.all([only(...ids), ...ids.map(script)]);
    world.aws.clock.advance(60 * 60_000);
    await only(...ids);
    expect(outcomesOf(await only(...ids))).toEqual({ assumed: 6 });
    for (const [at, id] of ids.entries()) {
      expect(await world.live(id)).toMatchObject({
        description: 'Declared',
        tags: [{ label: 'script-2' }],
        authToken: '*****',
      });
      await world.call('POST', `/${id}/tools/refresh`);
      expect(world.credential(names[at] ?? '')).toBe('Bearer token-1');
    }
  });

  test('of one field, at once: what the script stores is corrected, never taken for a form of what is declared', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `disputed-${at}`);
    const ids = await Promise.all(
      names.map((name) => registered(name, { description: 'Declared' })),
    );
    const script = async (id: string) => {
      for (let at = 0; at < 6; at += 1) {
        await world.call('PUT', `/${id}`, { description: 'By a script', authToken: '*****' });
      }
    };
    await Promise.all([only(...ids), ...ids.map(script)]);
    for (let pass = 0; pass < 2; pass += 1) {
      world.aws.clock.advance(60 * 60_000);
      await only(...ids);
    }
    expect(outcomesOf(await only(...ids))).toEqual({ assumed: 6 });
    for (const id of ids) {
      expect(await world.live(id)).toMatchObject({ description: 'Declared' });
    }
  });
});
