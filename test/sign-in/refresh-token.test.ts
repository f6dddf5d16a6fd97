import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { wire } from '../../lib/wiring.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { Auth, Connection } from '../../lib/model/desired.types.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import type { UnderLease } from '../../lib/lease/pass-gate.ts';
import { Credentials } from '../../lib/sign-in/credentials.ts';
import { preview } from '../../lib/pass/preview.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { deleteSecret } from '../support/secrets.ts';
import { acquireAs } from '../support/lease-events.ts';

const minute = 60_000;
const ids = serverIds(10);
const name = `trueup/${connection}/login`;
const parameter = `/trueup/${connection}/sign-in`;

let world: TestWorld;
let refreshToken: string;
let auth: Extract<Auth, { type: 'refresh-token' }>;
/** What a test puts in Parameter Store's way. */
let intercept: Intercept;
/** Writes of the parameter, with what had happened until then. */
let saves: { value: Record<string, string>; exchanges: number; vendorCalls: number }[];

beforeEach(async () => {
  intercept = () => undefined;
  saves = [];
  world = await startWorld(
    {},
    {
      sqliteLedger: true,
      issuer: { clients: { trueup: undefined } },
      ssm: {
        intercept: (operation, body) => {
          if (operation === 'PutParameter') {
            const { Value = '' } = body as Record<string, string>;
            const value = JSON.parse(Value) as Record<string, string>;
            const vendorCalls = world.barndoor.requests.length;
            saves.push({ value, exchanges: world.issuer.requests.length, vendorCalls });
          }
          return intercept(operation, body);
        },
      },
    },
  );
  refreshToken = world.issuer.issueRefreshToken('trueup');
  await world.secrets.write(name, JSON.stringify({ refresh_token: refreshToken }));
  saves = [];
  auth = {
    type: 'refresh-token',
    tokenUrl: world.issuer.tokenUrl,
    client_id: 'trueup',
    refresh_token: { secret: name },
  };
  await world.declareConnection({
    budget: { requestsPerMinute: 60_000, concurrency: 10 },
    policy: { mode: 'correct', limits: { minimum: 100 } },
    auth,
  });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(async () => {
  await world.close();
});

const stored = (): Record<string, string> =>
  JSON.parse(world.ssm.parameters.get(parameter)?.versions.at(-1)?.value ?? '{}');
const seed = (token: string) => world.secrets.write(name, JSON.stringify({ refresh_token: token }));

/** Another process of the same deployment: nothing in memory. Waiting takes no time. */
function anotherProcess(more: Partial<Dependencies> = {}): Dependencies {
  const { settings, endpoints, log } = world;
  const clock = {
    ...world.clock,
    sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(Math.min(ms, 5), signal),
  };
  return { ...wire(settings, log, { endpoints, clock, random: () => 0 }), ...more };
}

async function passOf(deps: Dependencies, servers?: readonly string[]) {
  const before = world.issuer.requests.length;
  const request = { connection, trigger: 'schedule' as const, ...(servers && { servers }) };
  const result = await reconcile(request, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return { report: result.report, exchanges: world.issuer.requests.length - before };
}

describe('a refresh token', () => {
  test('is exchanged, saved with the access token before first use, and used', async () => {
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 10 });
    expect(report.credentialsDecrypted).toBe(1);
    expect(saves).toHaveLength(1);
    expect(saves[0]).toMatchObject({ exchanges: 1, vendorCalls: 0 });
    const [exchange] = world.issuer.requests;
    expect(exchange?.form).toEqual({
      grant_type: 'refresh_token',
      client_id: 'trueup',
      refresh_token: refreshToken,
    });
    const { refresh_token: next, access_token: access, expires_at: end = '' } = stored();
    expect(next).not.toBe(refreshToken);
    expect(Date.parse(end)).toBeGreaterThan(world.clock.now() + 4 * minute);
    const used = world.barndoor.requests.map(({ headers }) => headers['authorization']);
    expect(new Set(used)).toEqual(new Set([`Bearer ${access}`]));
  });

  test('is left alone while the access token holds, by other processes too', async () => {
    await world.pass();
    expect((await passOf(world.deps)).exchanges).toBe(0);
    const other = await passOf(anotherProcess());
    expect(other.exchanges).toBe(0);
    expect(other.report).toMatchObject({ state: 'ok', credentialsDecrypted: 1 });
    world.clock.advance(4 * minute + 1000);
    expect((await passOf(world.deps)).exchanges).toBe(1);
    // what the first process saved is what the second one now reads
    expect((await passOf(anotherProcess())).exchanges).toBe(0);
    expect(saves.map(({ value }) => value['refresh_token'])).toHaveLength(2);
  });

  test('is exchanged once when ten requests meet a 401 at the same time', async () => {
    await world.pass();
    world.issuer.revoke(stored()['access_token']);
    const { report, exchanges } = await passOf(world.deps, ids);
    expect(report).toMatchObject({ state: 'ok', counts: { inSync: 10 }, credentialsDecrypted: 1 });
    expect(exchanges).toBe(1);
    expect(report.vendorCalls.get).toBe(20);
  });

  test('is not exchanged for a 401 if another process has a token that works', async () => {
    await world.pass();
    const old = stored()['access_token'];
    world.clock.advance(4 * minute + 1000);
    await passOf(anotherProcess());
    world.issuer.revoke(old);
    expect((await passOf(world.deps)).exchanges).toBe(0);
  });

  test('that is rotated by an answer of no other use is saved, and used by the next pass', async () => {
    const next = world.issuer.issueRefreshToken('trueup');
    const body = { refresh_token: next, error: 'server_error' };
    world.issuer.misbehave({ times: 1, effect: { kind: 'status', status: 200, body } });
    const { report } = await passOf(world.deps);
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'token' } });
    expect(report.reason?.message).toContain('server_error');
    expect(JSON.stringify([report, world.log.lines])).not.toContain(next);
    expect(stored()).toMatchObject({ refresh_token: next });
    expect(stored()).not.toHaveProperty('access_token');
    world.issuer.revoke(refreshToken);
    world.clock.advance(minute);
    expect((await passOf(world.deps)).report).toMatchObject({ state: 'ok' });
  });

  test('that is not rotated stays as it is', async () => {
    const answer = { access_token: 'opaque', token_type: 'bearer', expires_in: 300 };
    world.issuer.misbehave({ effect: { kind: 'status', status: 200, body: answer } });
    await world.pass();
    expect(stored()).toMatchObject({ refresh_token: refreshToken, access_token: 'opaque' });
  });
});

describe('the declared secret', () => {
  test('with a new version comes before what was saved; one that stays, after it', async () => {
    await world.pass();
    world.clock.advance(4 * minute + 1000);
    expect((await passOf(anotherProcess())).report.state).toBe('ok');
    const again = world.issuer.issueRefreshToken('trueup');
    await seed(again);
    await passOf(anotherProcess());
    expect(world.issuer.requests.at(-1)?.form).toMatchObject({ refresh_token: again });
  });

  test('that is gone leaves what was saved to work', async () => {
    await world.pass();
    await deleteSecret(world, name);
    world.clock.advance(4 * minute + 1000);
    expect((await passOf(anotherProcess())).report.state).toBe('ok');
  });

  test('is used again where the declaration says another issuer or client: saved tokens stay', async () => {
    await world.pass();
    const saved = stored();
    await world.declareConnection({
      auth: { ...auth, tokenUrl: `${world.issuer.tokenUrl}?tenant=2` },
    });
    await passOf(anotherProcess());
    const sent = world.issuer.requests.slice(1).map(({ form }) => form['refresh_token']);
    expect(sent).not.toContain(saved['refresh_token']);
  });

  test('is written by no pass, however often tokens are exchanged', async () => {
    const versions = () => world.secretsManager.secrets.find((one) => one.name === name)?.versions;
    const declared = { name: connection, provider: 'barndoor', auth } as Connection;
    const provider = world.deps.providers.get('barndoor') as Provider;
    const signal = new AbortController().signal;
    const known = new KnownSecrets();
    const underLease: UnderLease = (work) => work({ isNew: false, assertOwned: () => undefined });
    for (let nth = 0; nth < 110; nth += 1) {
      const pass = new Credentials(declared, provider, world.deps, signal, underLease, known);
      // oxlint-disable-next-line no-await-in-loop
      expect(world.issuer.accepts((await pass.token({ renew: false })).reveal())).toBe(true);
      world.clock.advance(5 * minute);
    }
    expect(saves).toHaveLength(110);
    expect(world.ssm.parameters.get(parameter)?.versions).toHaveLength(100);
    expect(versions()).toHaveLength(1);
  });
});

describe('invalid_grant', () => {
  test('needs a login only after the secret was read again, once', async () => {
    world.issuer.revoke();
    await world.deps.keys();
    world.callsSince();
    const { report, exchanges } = await passOf(world.deps);
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'needs-login', credentialsDecrypted: 2 });
    // and still says so while it waits
    const next = await passOf(world.deps);
    expect(next.report).toMatchObject({ state: 'needs-login', reason: { code: 'backing-off' } });
    expect(next.exchanges).toBe(0);
    expect(exchanges).toBe(1);
    expect(world.callsSince()).toMatchObject({ GetParameter: 2 });
    expect(world.barndoor.requests).toEqual([]);
    // it has a backoff, and then works with the token of a new login
    expect((await passOf(world.deps)).exchanges).toBe(0);
    const again = world.issuer.issueRefreshToken('trueup');
    await seed(again);
    expect((await passOf(world.deps)).report.state).toBe('ok');
  });

  /** The first read comes just before another process saves what it got for that refresh token. */
  const past = '2020-01-01T00:00:00.000Z';
  const readsStaleOnce = (): Intercept => {
    let reads = 0;
    return (operation, body) => {
      if (operation !== 'GetParameter') return undefined;
      reads += 1;
      if (reads > 1) return undefined;
      const Value = JSON.stringify({ ...stored(), refresh_token: 'used-up', expires_at: past });
      return { status: 200, body: { Parameter: { Name: (body as { Name: string }).Name, Value } } };
    };
  };

  test('because another process has exchanged it in between: its refresh token works', async () => {
    await passOf(anotherProcess());
    world.issuer.revoke(stored()['access_token']);
    world.clock.advance(4 * minute + 1000);
    intercept = readsStaleOnce();
    const { report, exchanges } = await passOf(world.deps);
    expect(report).toMatchObject({ state: 'ok', credentialsDecrypted: 2 });
    expect(exchanges).toBe(2);
  });

  test('and that one has saved an access token that holds: it is used, nothing is exchanged', async () => {
    await passOf(anotherProcess());
    const saved = stored();
    intercept = readsStaleOnce();
    const { report, exchanges } = await passOf(anotherProcess());
    expect(report).toMatchObject({ state: 'ok', credentialsDecrypted: 2 });
    expect(exchanges).toBe(1);
    expect(stored()).toEqual(saved);
    const last = world.barndoor.requests.at(-1)?.headers['authorization'];
    expect(last).toBe(`Bearer ${saved['access_token']}`);
  });
});

describe('saving', () => {
  const fails = (times: number): Intercept => {
    let failed = 0;
    return (operation) => {
      if (operation !== 'PutParameter' || failed >= times) return undefined;
      failed += 1;
      const body = { __type: 'InternalServerError', message: 'simulated' };
      return { status: 400, body };
    };
  };

  test('that fails once is repeated, and made once', async () => {
    intercept = fails(1);
    const { report, exchanges } = await passOf(anotherProcess());
    expect(report.state).toBe('ok');
    expect(exchanges).toBe(1);
    expect(saves.map(({ vendorCalls }) => vendorCalls)).toEqual([0, 0]);
    expect(saves[0]?.value).toEqual(saves[1]?.value);
  });

  test('that fails for good ends the pass: a token that is not saved is not used', async () => {
    intercept = fails(Infinity);
    const deps = anotherProcess();
    const { report } = await passOf(deps);
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'token' } });
    expect(report.reason?.message).toContain(parameter);
    expect(world.barndoor.requests).toEqual([]);
    const tokens = saves.flatMap(({ value }) => [value['access_token'], value['refresh_token']]);
    const told = JSON.stringify([report, world.log.lines]);
    for (const token of tokens) expect(told).not.toContain(token);
    // not from memory either
    intercept = () => undefined;
    world.clock.advance(minute);
    expect((await passOf(deps)).report.state).toBe('needs-login');
    expect(world.barndoor.requests).toEqual([]);
  });
});

describe('without the lease', () => {
  const plan = () => preview({ connection, trigger: 'cli' }, world.deps);

  test('nothing is exchanged: a plan uses a saved token, or says why it cannot', async () => {
    await expect(plan()).rejects.toMatchObject({ kind: 'token', operation: 'token' });
    expect(world.issuer.requests).toEqual([]);
    await world.pass();
    const exchanged = world.issuer.requests.length;
    expect((await plan()).plan.counts.inSync).toBe(10);
    const fresh = await preview({ connection, trigger: 'cli' }, anotherProcess());
    expect(fresh.plan.counts.inSync).toBe(10);
    world.issuer.revoke(stored()['access_token']);
    await expect(plan()).rejects.toMatchObject({ kind: 'token' });
    world.clock.advance(10 * minute);
    await expect(plan()).rejects.toMatchObject({ kind: 'token' });
    expect(world.issuer.requests).toHaveLength(exchanged);
    expect(saves).toHaveLength(1);
  });

  test('a pass does not begin', async () => {
    const { clock, deps } = world;
    await acquireAs('another', deps.lease, connection, { expiresAt: clock.now() + minute });
    await expect(passOf(deps)).rejects.toThrow('knocked');
    expect(world.issuer.requests).toEqual([]);
  });
});

test.each([
  ['that is not a JSON object', 'just-the-token'],
  ['without a refresh token', JSON.stringify({ access_token: 'x' })],
])('a secret %s: nothing of it is shown, and the pass ends', async (_, text) => {
  await world.secrets.write(name, text);
  const { report } = await passOf(world.deps);
  expect(report).toMatchObject({ state: 'needs-login', reason: { code: 'needs-login' } });
  expect(report.credentialsDecrypted).toBe(1);
  expect(JSON.stringify([report, world.log.lines])).not.toContain('just-the-token');
});
