import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { bearer, connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const [id = ''] = serverIds(1);
const secret = `trueup/${connection}/credential`;

let world: TestWorld;
let intercept: Intercept;

beforeEach(async () => {
  intercept = () => undefined;
  world = await startWorld(
    { servers: [{ id, name: 'A' }] },
    {
      sqliteLedger: true,
      issuer: { clients: { person: undefined, machine: 'right' } },
      secretsManager: { intercept: (operation, body) => intercept(operation, body) },
    },
  );
  await world.declare({ id, spec: { name: 'A' } });
});

afterEach(() => world.close());

const put = (text: string) => world.secrets.write(secret, text);

interface Way {
  readonly auth: () => Record<string, unknown>;
  readonly wrong: string;
  readonly right: () => string;
  readonly state: 'needs-login' | 'unreachable';
}

const ways: Readonly<Record<string, Way>> = {
  bearer: {
    auth: () => ({ type: 'bearer', token: { secret } }),
    wrong: 'no longer good',
    right: () => bearer,
    state: 'unreachable',
  },
  'client-credentials': {
    auth: () => ({
      type: 'client-credentials',
      tokenUrl: world.issuer.tokenUrl,
      client_id: 'machine',
      client_secret: { secret },
    }),
    wrong: 'no longer good',
    right: () => 'right',
    state: 'unreachable',
  },
  'refresh-token': {
    auth: () => ({
      type: 'refresh-token',
      tokenUrl: world.issuer.tokenUrl,
      client_id: 'person',
      refresh_token: { secret },
    }),
    wrong: '{"refresh_token":"used-up"}',
    right: () => JSON.stringify({ refresh_token: world.issuer.issueRefreshToken('person') }),
    state: 'needs-login',
  },
};

/** Passes until the backoff is long. */
async function failFor(minutes: number) {
  for (let from = world.clock.now(); world.clock.now() - from < minutes * 60_000;) {
    // oxlint-disable-next-line no-await-in-loop
    expect((await world.pass()).state).not.toBe('ok');
    world.clock.advance(10 * 60_000);
  }
  await world.pass();
  expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
}

const asked = () => world.barndoor.requests.length + world.issuer.requests.length;

describe.each(Object.entries(ways))('a connection that was refused with its %s', (_, way) => {
  beforeEach(() => world.declareConnection({ auth: way.auth() }));

  test('continues at once with a new secret, and waits until there is one', async () => {
    await put(way.wrong);
    await failFor(90);
    const before = asked();
    expect(await world.pass()).toMatchObject({
      state: way.state,
      reason: { code: 'backing-off' },
    });
    expect(asked()).toBe(before);
    await put(way.right());
    expect(await world.pass()).toMatchObject({ state: 'ok', counts: { inSync: 1 } });
    expect((await world.deps.lease.read(connection))?.retry).toBeUndefined();
  });

  test('goes on once it is there at all', async () => {
    await failFor(90);
    await put(way.right());
    expect((await world.pass()).state).toBe('ok');
  });

  test('tries each new one once', async () => {
    await put(way.wrong);
    await failFor(90);
    await put(`${way.wrong} `);
    expect(await world.pass()).not.toMatchObject({ reason: { code: 'backing-off' } });
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
  });

  test('waits if it is unknown whether the secret is new', async () => {
    await put(way.wrong);
    await failFor(90);
    await put(way.right());
    intercept = (operation) =>
      operation === 'DescribeSecret'
        ? { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }
        : undefined;
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    intercept = (operation) =>
      operation === 'DescribeSecret' ? { status: 500, body: {} } : undefined;
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
  });

  test('and fails for another reason, waits even if the secret is new', async () => {
    await put(way.right());
    world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 503 } });
    await failFor(30);
    await put(way.right());
    const before = asked();
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    expect(asked()).toBe(before);
  });
});

test('what a pass saves itself is no new credential', async () => {
  const { auth, right } = ways['refresh-token'] as Way;
  await world.declareConnection({ auth: auth() });
  await put(right());
  world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 401 } });
  const saves = () => world.ssm.calls['PutParameter'] ?? 0;
  const before = saves();
  expect((await world.pass()).state).toBe('unreachable');
  expect(saves()).toBeGreaterThan(before);
  expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
});
