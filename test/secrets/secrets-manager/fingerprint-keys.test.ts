import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startWorld, connection, outcomesOf, serverIds } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const minute = 60_000;
const ids = serverIds(3);
const [a = '', b = '', c = ''] = ids;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  for (const id of ids) {
    world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.secrets.write(nameOf(id), `one-of-${id}`);
  }
  await world.declare(...ids.map((id) => ({ id, spec: specOf(id) })));
  expect(outcomesOf(await world.pass())).toEqual({ updated: 3 });
});

afterEach(async () => {
  await world.close();
});

const nameOf = (id: string) => `trueup/${connection}/${id}`;
const specOf = (id: string) => ({
  name: `S ${id}`,
  client_id: `client-of-${id}`,
  client_secret: { secret: nameOf(id) },
});

const fingerprintsOf = async (id: string) => {
  const record = (await world.deps.ledger.read(connection)).servers.get(id);
  return record?.applied ?? {};
};
const keyIdsOf = async (id: string) => {
  const applied = await fingerprintsOf(id);
  return Object.fromEntries(
    Object.entries(applied).map(([pointer, { fingerprint }]) => [pointer, fingerprint.keyId]),
  );
};

/** A new fingerprint key, and so much later that every process has read it. */
async function rotateKey(times = 1) {
  for (let time = 0; time < times; time += 1) {
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
    await world.secrets.write(world.settings.fingerprintSecret, key);
  }
  world.clock.advance(10 * minute);
}

const quiet = { put: 0, get: 0, list: 1 };

describe('a new version of the fingerprint key', () => {
  test('sends nothing and decrypts nothing; fingerprints are made anew where the value is known', async () => {
    const before = await fingerprintsOf(a);
    await rotateKey();
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ assumed: 3 });
    expect(report).toMatchObject({ vendorCalls: quiet, secretsDecrypted: 0 });
    const { current } = await world.deps.keys();
    const after = await keyIdsOf(a);
    expect(after).toMatchObject({ '/client_id': current.id, '/name': current.id });
    // of a secret only a new value would make one: it is verified under the old version until then
    expect(after['/client_secret']).toBe(before['/client_secret']?.fingerprint.keyId);
    expect((await fingerprintsOf(a))['/client_id']?.at).toBe(before['/client_id']?.at);
    world.callsSince();
    await world.pass();
    expect(world.callsSince()).toMatchObject({ PutItem: 3 });
  });

  test('a secret whose version moves meanwhile is verified under the previous one, and made anew', async () => {
    await rotateKey();
    await world.secrets.write(nameOf(a), `one-of-${a}`);
    await world.secrets.write(nameOf(b), 'two');
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1, assumed: 2 });
    expect(report).toMatchObject({ vendorCalls: { put: 1 }, secretsDecrypted: 2 });
    const { current } = await world.deps.keys();
    expect((await keyIdsOf(a))['/client_secret']).toBe(current.id);
    expect((await keyIdsOf(b))['/client_secret']).toBe(current.id);
  });

  test('a changed declaration sends just what changed', async () => {
    await rotateKey();
    await world.declare({ id: a, spec: { ...specOf(a), client_id: 'another' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, assumed: 2 });
    expect(world.barndoor.requests.at(-1)?.body).toEqual({ client_id: 'another' });
  });
});

describe('a lost fingerprint key', () => {
  test('sends nothing for that reason alone', async () => {
    await rotateKey(2);
    for (let pass = 0; pass < 3; pass += 1) {
      const report = await world.pass();
      expect(outcomesOf(report)).toEqual({ assumed: 3 });
      expect(report).toMatchObject({ vendorCalls: quiet, secretsDecrypted: 0 });
    }
    // what can be read has a baseline again, what cannot is left as it was
    const { current } = await world.deps.keys();
    const ofA = await keyIdsOf(a);
    expect(ofA['/name']).toBe(current.id);
    expect(ofA['/client_id']).not.toBe(current.id);
    world.callsSince();
    await world.pass();
    expect(world.callsSince()).toMatchObject({ PutItem: 3 });
  });

  test('sends a secret whose version moves: nothing proves that it is the same', async () => {
    await rotateKey(2);
    await world.pass();
    await world.secrets.write(nameOf(a), `one-of-${a}`);
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1, assumed: 2 });
    expect(report).toMatchObject({ vendorCalls: { put: 1 }, secretsDecrypted: 1 });
    expect((await world.pass()).vendorCalls.put).toBe(0);
    await world.secrets.write(nameOf(a), `one-of-${a}`);
    expect(await world.pass()).toMatchObject({ vendorCalls: { put: 0 }, secretsDecrypted: 1 });
  });

  test('sends what cannot be read of a changed declaration, and what of it differs', async () => {
    await rotateKey(2);
    await world.pass();
    await world.declare({ id: c, spec: { ...specOf(c), client_id: 'another' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, assumed: 2 });
    expect(world.barndoor.requests.at(-1)?.body).toEqual({ client_id: 'another' });
    expect((await world.pass()).vendorCalls.put).toBe(0);
  });

  test('drift of what can be read is corrected all the same', async () => {
    await rotateKey(2);
    world.barndoor.edit(a, { name: 'Somebody’s' });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 1, assumed: 2 });
    expect(world.barndoor.requests.at(-1)?.body).toEqual({ name: `S ${a}` });
  });
});
