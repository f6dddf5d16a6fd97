import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { Secret } from '../../lib/model/secret.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { storeLogin } from '../../lib/sign-in/store-login.ts';
import type { Login } from '../../lib/sign-in/store-login.ts';
import { anotherProcess } from '../support/another-process.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import { usable } from '../support/usable.ts';
import type { TestWorld } from '../support/world.ts';
import { acquireAs, knockFor } from '../support/lease-events.ts';

const minute = 60_000;
const ids = serverIds(3);
const name = `trueup/${connection}/sign-in`;

let world: TestWorld;
let auth: Login['auth'];
/** A laptop: waits for nothing between repetitions. */
let laptop: Dependencies;
/** What a test puts in Parameter Store's way. */
let intercept: Intercept;

beforeEach(async () => {
  intercept = () => undefined;
  world = await startWorld(
    {},
    {
      sqliteLedger: true,
      issuer: { clients: { trueup: undefined } },
      ssm: { intercept: (operation, body) => intercept(operation, body) },
    },
  );
  laptop = anotherProcess(world);
  auth = {
    type: 'refresh-token',
    tokenUrl: world.issuer.tokenUrl,
    client_id: 'trueup',
    refresh_token: { secret: name },
  };
  await world.declareConnection({ auth });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(() => world.close());

const current = () =>
  world.ssm.parameters.get(`/trueup/${connection}/sign-in`)?.versions.at(-1)?.value;
const stored = (): Record<string, unknown> => JSON.parse(current() ?? '{}');
const lease = () => world.deps.lease.read(connection);

/** Somebody signs in at the issuer: a refresh token that works, and an access token that does too. */
async function login() {
  const rotated = await world.deps.tokens.refreshToken({
    provider: { name: 'barndoor', documentedHosts: [] },
    tokenUrl: world.issuer.tokenUrl,
    clientId: 'trueup',
    refreshToken: new Secret(world.issuer.issueRefreshToken('trueup')),
    connection,
    signal: new AbortController().signal,
    known: new KnownSecrets(),
  });
  const exchanged = usable(rotated);
  const { refreshToken } = exchanged;
  if (!refreshToken) throw new Error('the issuer rotates');
  return { connection, auth, refreshToken, access: exchanged, by: 'kim' };
}

const patient = { lockTimeoutMs: 10_000 };

/** A process in which something happens just before it saves tokens. */
function before(deps: Dependencies, happens: () => Promise<void>): Dependencies {
  const { signIns } = deps;
  const save: typeof signIns.save = async (...value) => {
    await happens();
    return signIns.save(...value);
  };
  return { ...deps, signIns: { ...signIns, save } };
}

describe('a login is kept', () => {
  test.each([
    ['before there is a secret', false],
    ['beside one, as it is', true],
  ])('%s, and a pass uses its access token', async (_, exists) => {
    if (exists) await world.secrets.write(name, JSON.stringify({ refresh_token: 'used-up' }));
    const written = world.secretsManager.calls['PutSecretValue'];
    const fresh = await login();
    expect(await storeLogin(fresh, patient, laptop)).toEqual({ kind: 'stored' });
    expect(stored()).toMatchObject({
      refresh_token: fresh.refreshToken.reveal(),
      access_token: fresh.access.token.reveal(),
      expires_at: new Date(fresh.access.expiresAt).toISOString(),
    });
    expect('seed_version' in stored()).toBe(exists);
    expect((await lease())?.owner).toBeUndefined();
    const exchanged = world.issuer.requests.length;
    expect(outcomesOf(await world.pass())).toEqual({ updated: 3 });
    expect(world.issuer.requests).toHaveLength(exchanged);
    expect(world.secretsManager.calls['PutSecretValue']).toBe(written);
  });

  test('until its secret has a new version', async () => {
    await storeLogin(await login(), patient, laptop);
    const again = world.issuer.issueRefreshToken('trueup');
    await world.secrets.write(name, JSON.stringify({ refresh_token: again }));
    await world.pass();
    expect(world.issuer.requests.at(-1)?.form).toMatchObject({ refresh_token: again });
  });
});

test('ends the backoff of the connection', async () => {
  await world.secrets.write(name, JSON.stringify({ refresh_token: 'used-up' }));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect((await world.pass()).state).toBe('needs-login');
    world.clock.advance(30 * minute);
  }
  expect(await world.pass()).toMatchObject({ state: 'needs-login' });
  expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
  expect((await lease())?.retry).toBeDefined();
  await storeLogin(await login(), patient, laptop);
  expect((await lease())?.retry).toBeUndefined();
  expect(await world.pass()).toMatchObject({ state: 'ok', counts: { updated: 3 } });
});

describe('while a pass is at it', () => {
  test('the login waits for the lease, and its tokens are stored last', async () => {
    await world.secrets.write(
      name,
      JSON.stringify({ refresh_token: world.issuer.issueRefreshToken('trueup') }),
    );
    const fresh = await login();
    const held = Promise.withResolvers<void>();
    const writing = Promise.withResolvers<void>();
    const deps = before(world.deps, () => {
      writing.resolve();
      return held.promise;
    });
    const pass = reconcile({ connection, trigger: 'schedule' }, deps);
    await writing.promise;
    const told: string[] = [];
    const waiting = (owner: string) => {
      told.push(owner);
      held.resolve();
    };
    expect(await storeLogin(fresh, { ...patient, waiting }, laptop)).toMatchObject({
      kind: 'stored',
    });
    expect(await pass).toMatchObject({ kind: 'done', report: { state: 'ok' } });
    expect(told).toEqual([expect.stringContaining(`${world.deps.owner} (since `)]);
    expect(stored()).toMatchObject({ refresh_token: fresh.refreshToken.reveal() });
  });

  test('it gives up in time, and says who is', async () => {
    const expiresAt = world.clock.now() + minute;
    await acquireAs('another', world.deps.lease, connection, { expiresAt });
    const given = await storeLogin(await login(), { lockTimeoutMs: 0 }, laptop);
    expect(given).toMatchObject({
      kind: 'locked',
      owner: expect.stringContaining('another (since '),
    });
    expect(current()).toBeUndefined();
  });
});

describe('a request for a pass meanwhile', () => {
  const knocking = (deps: Dependencies) =>
    before(deps, async () => {
      expect(await knockFor([ids[1] ?? ''], world.deps.lease, connection)).toBe(true);
    });

  test('is handed to the queue', async () => {
    await storeLogin(await login(), patient, knocking(laptop));
    const { messages } = world.sqs.queue(world.queueUrl);
    expect(messages.map(({ body }) => JSON.parse(body))).toMatchObject([
      { connection, servers: [ids[1]], reason: 'handover' },
    ]);
    expect((await lease())?.knocked).toBeUndefined();
  });

  test.each([
    ['there is none', { queue: noQueue }],
    ['it is down', {}],
  ])('is left to the next holder where %s', async (why, more) => {
    if (why === 'it is down') await world.sqs.close();
    const kept = await storeLogin(await login(), patient, knocking({ ...laptop, ...more }));
    expect(kept).toMatchObject({ kind: 'stored' });
    expect(await lease()).toMatchObject({ knocked: new Set([ids[1]]) });
    expect((await lease())?.owner).toBeUndefined();
  });
});

describe('a save', () => {
  const fails = (times: number): Intercept => {
    let failed = 0;
    return (operation) => {
      if (operation !== 'PutParameter' || failed >= times) return undefined;
      failed += 1;
      return { status: 400, body: { __type: 'InternalServerError', message: 'simulated' } };
    };
  };

  test('that fails is repeated', async () => {
    intercept = fails(2);
    expect(await storeLogin(await login(), patient, laptop)).toMatchObject({ kind: 'stored' });
  });

  test('that fails permanently releases the lease, and reveals no token', async () => {
    intercept = fails(Infinity);
    const fresh = await login();
    const error = await storeLogin(fresh, patient, laptop).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StoreError', code: 'store-failed' });
    expect(String(error)).not.toContain(fresh.refreshToken.reveal());
    expect((await lease())?.owner).toBeUndefined();
    expect(current()).toBeUndefined();
  });
});
