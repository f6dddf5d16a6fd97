import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { exactAtMost } from '../../../lib/pass/read/secret-versions.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../../support/world.ts';
import type { TestWorld, WorldOptions } from '../../support/world.ts';
import { deleteSecret, restoreSecret } from '../../support/secrets.ts';

const minute = 60_000;
const [a = '', b = '', c = ''] = serverIds(3);

let world: TestWorld;
/** Names of each BatchGetSecretValue since the last look. */
let asked: (readonly string[])[];

beforeEach(() => start({ sqliteLedger: true }));

async function start(options: WorldOptions) {
  asked = [];
  world = await startWorld(
    {},
    {
      ...options,
      secretsManager: {
        intercept: (operation, body) => {
          if (operation === 'BatchGetSecretValue') {
            asked.push((body as { SecretIdList: string[] }).SecretIdList);
          }
          return undefined;
        },
      },
    },
  );
  await world.declareConnection({
    policy: { mode: 'correct', limits: { minimum: 1000 } },
    budget: { requestsPerMinute: 3000 },
  });
}

afterEach(async () => {
  await world.close();
  expect(world.barndoor.violations).toEqual([]);
});

const record = async (id: string) => (await world.deps.ledger.read(connection)).servers.get(id);
const nameOf = (id: string) => `trueup/${connection}/${id}`;
const write = (id: string, value: string | object) =>
  world.secrets.write(nameOf(id), typeof value === 'string' ? value : JSON.stringify(value));

/** Servers in sync but for one secret each, adopted in a first pass. */
async function adopted(ids: readonly string[], more: object = {}) {
  for (const id of ids) {
    world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await write(id, { client_secret: `one-of-${id}`, other: 'x' });
  }
  await world.declare(
    ...ids.map((id) => ({
      id,
      spec: { name: `S ${id}`, client_secret: { secret: nameOf(id), key: 'client_secret' } },
      ...more,
    })),
  );
  const first = await world.pass();
  expect(outcomesOf(first)).toEqual({ updated: ids.length });
  expect(first.secretsDecrypted).toBe(ids.length);
  asked = [];
}

/** What a pass did with secrets: what was sent, and both counters. */
async function passed(request: Parameters<TestWorld['pass']>[0] = {}) {
  const { vendorCalls, secretsDecrypted, credentialsDecrypted } = await world.pass(request);
  return [vendorCalls.put, secretsDecrypted, credentialsDecrypted];
}

const secretOf = (id: string) => world.barndoor.find(id).client_secret;

describe('a secret', () => {
  test('that was rotated is pushed once, and nothing else is with it', async () => {
    await adopted([a, b, c]);
    expect(await passed()).toEqual([0, 0, 0]);
    await write(b, { client_secret: 'two', other: 'x' });
    expect(await passed()).toEqual([1, 1, 0]);
    expect(asked).toEqual([[nameOf(b)]]);
    expect(world.barndoor.requests.at(-1)).toMatchObject({
      method: 'PUT',
      body: { client_secret: 'two' },
    });
    expect(Object.keys(world.barndoor.requests.at(-1)?.body as object)).toEqual(['client_secret']);
    expect(await passed()).toEqual([0, 0, 0]);
    expect([secretOf(a), secretOf(b)]).toEqual([`one-of-${a}`, 'two']);
  });

  test.each([
    ['the same value', { client_secret: `one-of-${a}`, other: 'x' }],
    ['another value under another key', { client_secret: `one-of-${a}`, other: 'y' }],
  ])('with a new version and %s is fetched once, noted, and not pushed', async (_, value) => {
    await adopted([a]);
    const before = await record(a);
    await write(a, value);
    expect(await passed()).toEqual([0, 1, 0]);
    const noted = await record(a);
    const field = noted?.applied['/client_secret'];
    expect(field?.version).not.toBe(before?.applied['/client_secret']?.version);
    expect(field?.at).toBe(before?.applied['/client_secret']?.at);
    expect(noted?.outcome).toBe('assumed');
    expect(await passed()).toEqual([0, 0, 0]);
    expect(await record(a)).toEqual(noted);
  });

  test('in sync is never decrypted, whatever the trigger', async () => {
    await adopted([a, b]);
    world.callsSince();
    expect(await passed()).toEqual([0, 0, 0]);
    expect(await passed({ servers: [a], trigger: 'stream' })).toEqual([0, 0, 0]);
    expect(asked).toEqual([]);
    expect(world.callsSince()).toMatchObject({ ListSecrets: 1, DescribeSecret: 1 });
  });

  test('shared by servers is fetched once for all of them', async () => {
    const shared = { secret: nameOf('shared'), key: 'k' };
    await write('shared', { k: 'one', l: 'other' });
    for (const id of [a, b, c]) world.barndoor.add({ id, name: id, slug: id });
    await world.declare(
      { id: a, spec: { client_secret: shared } },
      { id: b, spec: { client_secret: shared } },
      { id: c, spec: { client_secret: { ...shared, key: 'l' } } },
    );
    expect(await passed()).toEqual([3, 1, 1]);
    await write('shared', { k: 'two', l: 'other' });
    expect(await passed()).toEqual([2, 1, 0]);
    expect([secretOf(a), secretOf(b), secretOf(c)]).toEqual(['two', 'two', 'other']);
  });

  test('under another reference with the same value is noted, and not pushed', async () => {
    await adopted([a]);
    await write('moved', `one-of-${a}`);
    const spec = { name: `S ${a}`, client_secret: { secret: nameOf('moved') } };
    await world.declare({ id: a, spec });
    expect(await passed()).toEqual([0, 1, 0]);
    expect((await record(a))?.applied['/client_secret']?.source).toBe(nameOf('moved'));
    expect(await passed()).toEqual([0, 0, 0]);
  });

  test('whose value was read and cannot be used counts as decrypted', async () => {
    await adopted([a]);
    await write(a, { other: 'no such key' });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 1 });
    expect(report.secretsDecrypted).toBe(1);
    await world.declareConnection({
      auth: { type: 'bearer', token: { secret: nameOf(a), key: 'token' } },
    });
    expect(await world.pass()).toMatchObject({ state: 'unreachable', credentialsDecrypted: 1 });
  });

  test('many rotated are fetched by twenty', async () => {
    const ids = serverIds(41);
    await adopted(ids);
    for (const id of ids) await write(id, { client_secret: `two-of-${id}` });
    world.callsSince();
    expect(await passed()).toEqual([41, 41, 0]);
    expect(world.callsSince()).toMatchObject({ BatchGetSecretValue: 3, ListSecrets: 1 });
    expect(asked.map((names) => names.length)).toEqual([20, 20, 1]);
    expect(ids.map(secretOf)).toEqual(ids.map((id) => `two-of-${id}`));
  });
});

describe('a list of versions that is minutes old', () => {
  test('costs a read more, and neither a push nor a write', async () => {
    // the writes to DynamoDB are counted
    await world.close();
    await start({});
    await adopted([a]);
    world.secretsManager.freezeList();
    await write(a, { client_secret: 'two' });
    expect(await passed()).toEqual([0, 0, 0]);
    // a trigger that names the server asks for its version, and does not wait for the list
    expect(await passed({ servers: [a], trigger: 'queue' })).toEqual([1, 1, 0]);
    const applied = await record(a);
    world.callsSince();
    expect(await passed()).toEqual([0, 1, 0]);
    expect(await record(a)).toEqual(applied);
    expect(world.callsSince()).toMatchObject({ PutItem: 3 });
    world.secretsManager.thawList();
    expect(await passed()).toEqual([0, 0, 0]);
    expect(secretOf(a)).toBe('two');
  });

  test('is not what a read-only plan goes by', async () => {
    await adopted([a, b]);
    world.secretsManager.freezeList();
    await write(a, { client_secret: 'two' });
    world.callsSince();
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.changes).toMatchObject([
      { id: a, changes: [{ cause: 'rotated', conditional: true }] },
    ]);
    const calls = world.callsSince();
    expect(calls).toMatchObject({ DescribeSecret: 2 });
    expect(calls).not.toHaveProperty('ListSecrets');
    expect(asked).toEqual([]);
  });

  test('is what a plan of many secrets goes by, unless it names its servers', async () => {
    const ids = serverIds(exactAtMost + 1);
    await adopted(ids);
    world.callsSince();
    await preview({ connection, trigger: 'cli' }, world.deps);
    const calls = world.callsSince();
    expect(calls).toMatchObject({ ListSecrets: 2 });
    expect(calls).not.toHaveProperty('DescribeSecret');
    await preview({ connection, trigger: 'cli', servers: [a] }, world.deps);
    expect(world.callsSince()).toMatchObject({ DescribeSecret: 1 });
  });

  describe('is asked for once the tables are read', () => {
    /** Dependencies with a list that takes its time. */
    function slow(takesMs = 1000) {
      const { secrets } = world.deps;
      const begun = Promise.withResolvers<undefined>();
      const list = { begun: 0, aborted: 0, ended: 0 };
      const deps: Dependencies = {
        ...world.deps,
        secrets: {
          ...secrets,
          versions: async (name, names, signal) => {
            list.begun += 1;
            begun.resolve(undefined);
            await setTimeout(takesMs, undefined, { ...(signal && { signal }) }).catch(() => {
              list.aborted += 1;
            });
            list.ended += 1;
            return secrets.versions(name, names);
          },
        },
      };
      return { deps, list, begun };
    }
    const schedule = () => ({ connection, trigger: 'schedule' }) as const;
    const gone = () => Promise.reject(new Error('gone'));

    test('and read for as long as it takes', async () => {
      await adopted([a, b]);
      const { deps, list } = slow(100);
      const result = await reconcile(schedule(), deps);
      expect(result).toMatchObject({ kind: 'done', report: { counts: { assumed: 2 } } });
      expect(list).toEqual({ begun: 1, aborted: 0, ended: 1 });
    });

    test('and ends when another read fails', async () => {
      await adopted([a, b]);
      const { deps, list, begun } = slow();
      const failing = { ...deps, keys: () => begun.promise.then(gone) };
      await expect(reconcile(schedule(), failing)).rejects.toThrow('gone');
      expect(list).toEqual({ begun: 1, aborted: 1, ended: 1 });
    });

    test('and not at all when one of them cannot be read', async () => {
      await adopted([a, b]);
      const { deps, list } = slow();
      const failing = { ...deps, ledger: { ...deps.ledger, read: gone } };
      await expect(reconcile(schedule(), failing)).rejects.toThrow('gone');
      expect(list.begun).toBe(0);
    });

    test('and not at all where all that have a secret are paused', async () => {
      await adopted([a, b]);
      const at = new Date(world.clock.now()).toISOString();
      await world.deps.ledger.pause(connection, { by: 'Kim', at });
      const { deps, list } = slow();
      const result = await reconcile(schedule(), deps);
      expect(result).toMatchObject({ kind: 'done', report: { counts: { paused: 2 } } });
      expect(list.begun).toBe(0);
    });

    test('and not at all by a plan whose lease cannot be read', async () => {
      await adopted([a, b]);
      const before = world.barndoor.requests.length;
      const { deps, list } = slow();
      const failing = { ...deps, lease: { ...deps.lease, read: gone } };
      await expect(preview(schedule(), failing)).rejects.toThrow('gone');
      expect(list.begun).toBe(0);
      expect(world.barndoor.requests).toHaveLength(before);
    });
  });

  test('that lacks a secret says nothing of it', async () => {
    world.secretsManager.freezeList();
    await adopted([a]);
    expect(await passed()).toEqual([0, 0, 0]);
  });
});

describe('a secret that cannot be had', () => {
  test('is marked for deletion: what was applied stays, what is new fails until it is restored', async () => {
    await adopted([a]);

    await deleteSecret(world, nameOf(a));
    expect(outcomesOf(await world.pass())).toEqual({ assumed: 1 });
    world.barndoor.add({ id: b, name: 'b', slug: 'b' });
    await world.declare({
      id: b,
      spec: { client_secret: { secret: nameOf(a), key: 'client_secret' } },
    });
    expect(outcomesOf(await world.pass())).toEqual({ assumed: 1, failed: 1 });
    expect(await record(b)).toMatchObject({
      reason: { code: 'secret-missing', pointer: '/client_secret' },
    });
    asked = [];
    expect(outcomesOf(await world.pass())).toEqual({ assumed: 1, failed: 1 });
    expect(asked).toEqual([]);
    await restoreSecret(world, nameOf(a));
    expect(outcomesOf(await world.pass())).toEqual({ assumed: 1, updated: 1 });
  });

  test('denied: failed, its neighbours in the batch are sent, and it is asked for no more', async () => {
    await adopted([a, b]);
    world.secretsManager.denied.add(nameOf(a));
    await write(a, { client_secret: 'two' });
    await write(b, { client_secret: 'two' });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 1, updated: 1 });
    expect(report.secretsDecrypted).toBe(1);
    expect(await record(a)).toMatchObject({ reason: { code: 'secret-denied' } });
    asked = [];
    expect(outcomesOf(await world.pass())).toEqual({ failed: 1, assumed: 1 });
    expect(asked).toEqual([]);
    world.secretsManager.denied.clear();
    await write(a, { client_secret: 'three' });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, assumed: 1 });
  });

  test.each([
    'trueup/other/x',
    'trueup/acme-2/x',
    'trueup/acme/../other/x',
    'trueup-fingerprint-key',
    'arn:aws:secretsmanager:us-east-1:000000000000:secret:trueup/acme/x-abcdef',
  ])('%s is invalid, and never asked for', async (name) => {
    await adopted([a]);
    world.barndoor.add({ id: b, name: 'b', slug: 'b' });
    await world.declare({ id: b, spec: { name: 'New', client_secret: { secret: name } } });
    world.callsSince();
    for (const request of [{}, { servers: [b] }]) {
      const report = await world.pass(request);
      expect(report.counts.invalid).toBe(1);
      expect(report.vendorCalls.put).toBe(0);
    }
    expect(asked).toEqual([]);
    expect(world.callsSince()).not.toHaveProperty('DescribeSecret');
    await world.declareConnection({ auth: { type: 'bearer', token: { secret: name } } });
    const report = await world.pass();
    expect([report.state, report.vendorCalls.list]).toEqual(['invalid', 0]);
    expect(asked).toEqual([]);
  });
});

describe('the credential of the connection', () => {
  test('that was rotated is picked up after a 401, and counted apart', async () => {
    const tokens = ['first'];
    await world.close();
    world = await startWorld({ tokens: (token) => tokens.includes(token) });
    await world.declareConnection();
    await world.secrets.write(nameOf('token'), 'first\n');
    world.barndoor.add({ id: a, name: 'Old', slug: 'a' });
    await world.declare({ id: a, spec: { name: 'New' } });
    expect(await passed()).toEqual([1, 0, 1]);
    expect(await passed()).toEqual([0, 0, 0]);
    await world.secrets.write(nameOf('token'), 'second');
    // nobody said so yet: the known one is used while it works
    expect(await passed()).toEqual([0, 0, 0]);
    tokens.splice(0, 1, 'second');
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ inSync: 1 });
    expect([report.vendorCalls.list, report.credentialsDecrypted]).toEqual([2, 1]);
    world.clock.advance(minute);
    expect(await passed()).toEqual([0, 0, 0]);
  });
});
