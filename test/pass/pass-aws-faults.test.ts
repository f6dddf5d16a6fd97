import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeleteSecretCommand, RestoreSecretCommand } from '@aws-sdk/client-secrets-manager';
import { secretsManagerClient } from '../../lib/secrets/secrets-manager/client.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(8);
const [a = '', b = '', c = ''] = ids;
const fault = (type: string, status = 400) => ({ status, body: { __type: type, message: 'oops' } });
const throttled = fault('ThrottlingException');

let world: TestWorld;
let dynamodb: Intercept;
let secretsManager: Intercept;
let hits: number;

beforeEach(async () => {
  [dynamodb, secretsManager] = [() => undefined, () => undefined];
  hits = 0;
  world = await startWorld(
    {},
    {
      dynamodb: { intercept: (operation, body) => dynamodb(operation, body) },
      secretsManager: { intercept: (operation, body) => secretsManager(operation, body) },
    },
  );
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: id });
});

afterEach(() => world.close());

const renamed = (id: string) => ({ id, spec: { name: `New ${id}` } });
const expectAllRenamed = () => {
  expect(world.barndoor.servers.map(({ name }) => name)).toEqual(ids.map((id) => `New ${id}`));
  expect(world.barndoor.counts.put).toBe(ids.length);
};

/**
 * Every `n`th request is answered with `answer` the first two times, and is served when it is sent a third time: a count
 * of calls alone would now and then hit all four attempts at one request, which is another case.
 *
 * @param answer - may wait until the request is sent the third time
 */
function everyNth(n: number, answer: (third: Promise<void>) => ReturnType<Intercept>): Intercept {
  const calls = new Map<
    string,
    { isHit: boolean; tries: number; third: PromiseWithResolvers<void> }
  >();
  return (operation, body) => {
    const key = `${operation} ${JSON.stringify(body)}`;
    const isHit = (calls.size + 1) % n === 0;
    const call = calls.get(key) ?? { isHit, tries: 0, third: Promise.withResolvers<void>() };
    calls.set(key, call);
    call.tries += 1;
    if (call.tries > 2) call.third.resolve();
    if (!call.isHit || call.tries > 2) return undefined;
    hits += 1;
    return answer(call.third.promise);
  };
}

describe('DynamoDB', () => {
  test('throttles every third call: the pass takes longer, and is as ever', async () => {
    await world.declare(...ids.map(renamed));
    dynamodb = everyNth(3, () => throttled);
    expect(outcomesOf(await world.pass())).toEqual({ updated: ids.length });
    expect(hits).toBeGreaterThan(10);
    expectAllRenamed();
    expect((await world.pass()).vendorCalls.put).toBe(0);
  });

  test('answers late, after the client has given up, and does what it was asked all the same', async () => {
    await world.declare(...ids.map(renamed));
    dynamodb = everyNth(5, (third) => ({ until: third, isCut: true }));
    expect(outcomesOf(await world.pass())).toEqual({ updated: ids.length });
    expect(hits).toBeGreaterThan(5);
    expectAllRenamed();
    dynamodb = () => undefined;
    const report = await world.pass();
    expect([report.vendorCalls.put, outcomesOf(report)]).toEqual([0, { inSync: ids.length }]);
  });

  test('leaves keys unprocessed: they are asked for again', async () => {
    await world.declare(renamed(a), renamed(b));
    let rounds = 0;
    dynamodb = (operation, body) => {
      if (operation !== 'BatchGetItem' || (rounds += 1) > 3) return undefined;
      const { RequestItems } = body as { RequestItems: object };
      return { status: 200, body: { Responses: {}, UnprocessedKeys: RequestItems } };
    };
    expect(outcomesOf(await world.pass({ servers: [a, b] }))).toEqual({ updated: 2 });
    expect(rounds).toBeGreaterThan(3);
  });

  test('never processes them: the pass fails, changes nothing, and releases the lease', async () => {
    await world.declare(renamed(a));
    dynamodb = (operation, body) => {
      const { RequestItems } = body as { RequestItems: object };
      if (operation !== 'BatchGetItem') return undefined;
      return { status: 200, body: { Responses: {}, UnprocessedKeys: RequestItems } };
    };
    await expect(world.pass({ servers: [a] })).rejects.toMatchObject({ code: 'store-incomplete' });
    expect(world.barndoor.counts).toEqual({ list: 0, get: 0, put: 0 });
    dynamodb = () => undefined;
    expect(outcomesOf(await world.pass({ servers: [a] }))).toEqual({ updated: 1 });
  });

  test('cannot write items: what needs an intent is not sent, and nothing is sent twice', async () => {
    await world.declare(renamed(a), { id: b, spec: { client_id: 'new' } });
    dynamodb = (operation, body) =>
      operation === 'PutItem' && JSON.stringify(body).includes('server#') ? throttled : undefined;
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 2 });
    expect(world.barndoor.find(a).name).toBe(`New ${a}`);
    expect(world.barndoor.find(b).client_id).not.toBe('new');
    dynamodb = () => undefined;
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1, updated: 1 });
    expect(world.barndoor.counts.put).toBe(2);
  });
});

describe('Secrets Manager', () => {
  const nameOf = (id: string) => `trueup/${connection}/${id}`;
  const withSecret = (id: string) => ({
    id,
    spec: { name: `New ${id}`, client_secret: { secret: nameOf(id) } },
  });

  beforeEach(async () => {
    for (const id of [a, b]) await world.secrets.write(nameOf(id), `secret of ${id}`);
    await world.declare(withSecret(a), withSecret(b), renamed(c));
  });

  test('denies one secret: its server fails for that reason, the others go on', async () => {
    world.secretsManager.denied.add(nameOf(a));
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 1, updated: 2 });
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.get(a)?.reason?.message).toContain('cannot be read: permission denied');
  });

  test.each(['BatchGetSecretValue', 'ListSecrets'])(
    'throttles %s for a moment: it is waited out',
    async (operation) => {
      let left = 2;
      await world.pass({ servers: [c] });
      secretsManager = (called) =>
        called === operation && (left -= 1) >= 0 ? throttled : undefined;
      expect(outcomesOf(await world.pass())).toEqual({ updated: 2, inSync: 1 });
    },
  );

  test('throttles without end: nothing is sent without its secret, and a later pass tries again', async () => {
    await world.pass({ servers: [c] });
    secretsManager = (called, body) =>
      called === 'BatchGetSecretValue' && !JSON.stringify(body).includes('token')
        ? throttled
        : undefined;
    await world.pass();
    expect(world.barndoor.counts.put).toBe(1);
    secretsManager = () => undefined;
    world.clock.advance(2 * 60_000);
    expect(outcomesOf(await world.pass())).toEqual({ updated: 2, inSync: 1 });
  });

  test('has a secret pending deletion: no attempt until it is restored', async () => {
    const client = secretsManagerClient(world.endpoints.secretsManager);
    await client.send(new DeleteSecretCommand({ SecretId: nameOf(a) }));
    expect(outcomesOf(await world.pass())).toEqual({ failed: 1, updated: 2 });
    const { servers } = await world.deps.ledger.read(connection);
    expect(servers.get(a)?.reason?.message).toContain('marked for deletion');
    world.clock.advance(60 * 60_000);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    await client.send(new RestoreSecretCommand({ SecretId: nameOf(a) }));
    client.destroy();
    expect(outcomesOf(await world.pass())).toMatchObject({ updated: 1 });
  });
});
