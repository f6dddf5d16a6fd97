import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { leaseStore } from '../../../lib/lease/lease-store.ts';
import type { LeaseStore } from '../../../lib/lease/lease-store.ts';
import { originOf } from '../../../lib/sign-in/saved/saved-sign-in.ts';
import { stateTable } from '../../../lib/table/sqlite/state-table.ts';
import type { SqliteTable } from '../../../lib/table/sqlite/table.ts';
import { systemClock } from '../../../lib/wiring.ts';
import { acquireAs } from '../../support/lease-events.ts';
import type { RunOptions } from '../run.ts';
import { files, saved, secret, startLoginWorld } from './login-world.ts';
import type { LoginWorld } from './login-world.ts';

let world: LoginWorld;
let first: string;
let table: SqliteTable;
let lease: LeaseStore;

beforeEach(async () => {
  world = await startLoginWorld();
  first = world.issuer.issueRefreshToken('person');
  await world.store({ [secret]: { refresh_token: first, note: 'keep me' } });
  table = stateTable(join(world.folder, '.trueup'), systemClock);
  lease = leaseStore(table);
});

afterEach(async () => {
  table.close();
  await world.close();
});

const run = (argv: readonly string[], more: RunOptions = {}) =>
  world.run([...argv, ...files], more);

const stored = async (name = saved) => (await world.secrets())[name] ?? {};

test.each([[['plan']], [['apply', '--yes']], [['import', 'acme']]])(
  'with files, `%s` renews a sign-in whose access token has expired, and frees the lease',
  async (argv) => {
    const { code, stderr } = await run(argv);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { refresh_token: next = '' } = await stored();
    expect(next).not.toBe('');
    expect(next).not.toBe(first);
    expect(await stored(secret)).toEqual({ refresh_token: first, note: 'keep me' });
    expect(world.issuer.counts['refresh_token']).toBe(1);
    expect((await lease.read('acme'))?.owner).toBeUndefined();
  },
);

test('a plan with an access token that holds takes no lease', async () => {
  await run(['plan']);
  const before = await lease.read('acme');
  expect((await run(['plan'])).code).toBe(0);
  expect(await lease.read('acme')).toEqual(before);
  expect(world.issuer.counts['refresh_token']).toBe(1);
});

test('two plans at once exchange the refresh token once', async () => {
  const both = await Promise.all([run(['plan']), run(['plan'])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(world.issuer.counts['refresh_token']).toBe(1);
});

test('a plan waits for the process that has the lease, and uses the token that it saved', async () => {
  const expiresAt = Date.now() + 60_000;
  const item = await acquireAs('a pass', lease, 'acme', { expiresAt });
  let said = '';
  const heard = (text: string) => {
    if (said === '' && text.includes('which a pass')) void passEnds();
    said += text;
  };
  const passEnds = async () => {
    const { refreshToken, access } = await exchanged();
    const origin = originOf({
      type: 'refresh-token',
      tokenUrl: world.issuer.tokenUrl,
      client_id: 'person',
      refresh_token: { secret },
    });
    await world.store({ [saved]: { refresh_token: refreshToken, ...access, origin } });
    const { epoch = 0, knocks = 0, window = [] } = item ?? {};
    await lease.change('acme', { kind: 'release', epoch, knocks, keep: true, save: { window } });
  };
  expect((await run(['plan'], { heard })).code).toBe(0);
  expect(said.replaceAll(/\s+/g, ' ')).toContain(
    'acme: the sign-in is renewed under the lease, which a pass',
  );
  expect(world.issuer.counts['refresh_token']).toBe(1);
});

test('`apply --lock-timeout` says how long it waits for the lease to renew a sign-in', async () => {
  await acquireAs('a pass', lease, 'acme', { expiresAt: Date.now() + 60_000 });
  const { code, stderr } = await run(['apply', '--yes', '--lock-timeout', '0s']);
  expect(code).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'the access token has expired, and renewing it needs the lease, which is held by a pass',
  );
  expect(world.issuer.counts['refresh_token'] ?? 0).toBe(0);
});

test('what `doctor` does changes nothing: a refresh token is not exchanged', async () => {
  const { stdout } = await run(['doctor']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the access token has expired');
  expect(await stored()).toEqual({});
});

/** As another process exchanges it. */
async function exchanged() {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'person',
    refresh_token: first,
  });
  const answer = await fetch(world.issuer.tokenUrl, { method: 'POST', body });
  const tokens = (await answer.json()) as Record<string, string>;
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return {
    refreshToken: tokens['refresh_token'],
    access: { access_token: tokens['access_token'], expires_at: expires },
  };
}
