import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { outputSchemas } from '../../../lib/cli/schemas/json-schemas.ts';
import { stateTable } from '../../../lib/table/sqlite/state-table.ts';
import { leaseStore } from '../../../lib/lease/lease-store.ts';
import { testClock } from '../../support/clock.ts';
import { files, isGone, saved, secret, startLoginWorld, until } from './login-world.ts';
import type { LoginWorld } from './login-world.ts';
import { acquireAs } from '../../support/lease-events.ts';

let world: LoginWorld;

beforeEach(async () => {
  world = await startLoginWorld();
});

afterEach(() => world.close());

/** The state folder, as another process has it. */
const openState = () => stateTable(join(world.folder, '.trueup'), testClock());

describe('login', () => {
  test('keeps both tokens in the secrets file, and the next command uses them', async () => {
    await world.store({ 'trueup/acme/other': 'stays', [secret]: { note: 'stays too' } });
    const { code, stdout, stderr, url, redirectUri, page } = await world.login();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Signed in: the tokens of acme are in ');
    expect(page).toMatchObject({ status: 200, title: 'Signed in' });
    const kept = await world.secrets();
    expect(kept).toMatchObject({ 'trueup/acme/other': 'stays', [secret]: { note: 'stays too' } });
    const { refresh_token: refresh = '', access_token: access = '' } = kept[saved] ?? {};
    expect(world.issuer.accepts(access)).toBe(true);
    expect((await stat(world.secretsPath)).mode & 0o777).toBe(0o600);
    expect((await world.run(['plan', ...files])).stdout).toContain('1 in sync');
    expect(world.issuer.counts).toEqual({ discovery: 1, authorize: 1, authorization_code: 1 });

    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'person',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      scope: 'openid offline_access',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const { code: once = '', code_verifier: verifier = '' } =
      world.issuer.requests.at(-1)?.form ?? {};
    expect(verifier).toMatch(/^[\w-]{43}$/);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    expect(url.searchParams.get('code_challenge')).toBe(challenge);
    const told = `${stdout}${stderr}${page.body}`;
    for (const hidden of [once, verifier, refresh, access]) expect(told).not.toContain(hidden);
    expect(await isGone(redirectUri)).toBe(true);
  });

  test('makes the secrets file, for its owner only', async () => {
    const { code, stdout } = await world.login(undefined, ['-o', 'json']);
    const document: unknown = JSON.parse(stdout);
    const place = `${world.secretsPath}, as ${saved}`;
    expect(document).toEqual({ version: 1, connection: 'acme', place });
    expect(outputSchemas.login.parse(document)).toEqual(document);
    expect(code).toBe(0);
    expect((await stat(world.secretsPath)).mode & 0o777).toBe(0o600);
    expect(Object.keys(await world.secrets())).toEqual([saved]);
  });

  test('frees the lease', async () => {
    await world.login();
    const lease = await leaseStore(openState()).read('acme');
    expect(lease).toMatchObject({ epoch: 1 });
    expect(lease?.owner).toBeUndefined();
  });

  test('asks for what is declared, where it is declared', async () => {
    const authorizeUrl = `${world.issuer.authorizeUrl}?tenant=1`;
    await world.declare({
      scope: 'servers offline_access',
      audience: 'https://acme/',
      authorizeUrl,
    });
    const { code, url } = await world.login();
    expect(code).toBe(0);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      tenant: '1',
      scope: 'servers offline_access',
      audience: 'https://acme/',
    });
    expect(world.issuer.counts).not.toHaveProperty('discovery');
  });

  test.each([
    [['--port', '#'], /^http:\/\/127\.0\.0\.1:#\/callback$/],
    [['--redirect-uri', 'http://localhost:#/cb'], /^http:\/\/localhost:#\/cb$/],
    [['--redirect-uri', 'http://127.0.0.1/cb'], /^http:\/\/127\.0\.0\.1:\d+\/cb$/],
  ])('comes back to %j', async (options, expected) => {
    const port = await freePort();
    const fill = (text: string) => text.replace('#', port);
    const { code, redirectUri } = await world.login(undefined, options.map(fill));
    expect(code).toBe(0);
    expect(redirectUri).toMatch(new RegExp(fill(expected.source)));
    expect(world.issuer.requests.at(-1)?.form['redirect_uri']).toBe(redirectUri);
  });
});

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe('what others send', () => {
  const at = (url: URL, more: string, init?: RequestInit) =>
    fetch(`${url.searchParams.get('redirect_uri')}${more}`, init);

  test('is refused, and the answer still waited for', async () => {
    const statuses: number[] = [];
    const { code, stderr } = await world.login(async (url) => {
      const state = url.searchParams.get('state') ?? '';
      for (const [more, init] of [
        ['?code=evil&state=another', {}],
        ['?code=evil', {}],
        ['?error=access_denied', {}],
        [`/elsewhere?code=evil&state=${state}`, {}],
        [`?code=evil&state=${state}`, { method: 'HEAD' }],
        [`?code=evil&state=${state}`, { method: 'POST' }],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop
        statuses.push((await at(url, more, init)).status);
      }
      return fetch(url);
    });
    expect(statuses).toEqual([400, 400, 400, 404, 405, 405]);
    expect(code).toBe(0);
    expect(stderr).toContain('warning: rejected an answer to another sign-in; still waiting');
    expect(stderr).toContain('next: use the address above');
    expect(world.issuer.counts['authorization_code']).toBe(1);
  });

  test('a second answer is refused: a code counts once', async () => {
    world.issuer.misbehave({ operation: 'token', effect: { kind: 'latency', ms: 300 } });
    let second: Promise<Response> | undefined;
    const { code } = await world.login(async (url) => {
      const first = fetch(url);
      await until(() => world.issuer.counts['authorization_code'] === 1);
      second = at(url, `?code=evil&state=${url.searchParams.get('state')}`);
      return first;
    });
    expect((await second)?.status).toBe(409);
    expect(code).toBe(0);
    expect(world.issuer.counts['authorization_code']).toBe(1);
  });
});

test('the lease is waited for until --lock-timeout; Ctrl-C ends the wait', async () => {
  await world.store({ [secret]: { refresh_token: 'old' } });
  const expiresAt = Date.now() + 60_000;
  await acquireAs('a pass', leaseStore(openState()), 'acme', { expiresAt });
  const late = await world.login(undefined, ['--lock-timeout', '1s']);
  expect(late.code).toBe(1);
  expect(late.stderr).toMatch(/^acme: waiting for the lease, which a pass \(since .*\) holds$/m);
  expect(late.stderr).toMatch(/^error: acme: a pass \(since .*\) still holds the lease$/m);
  expect(late.stderr.replaceAll(/\s+/g, ' ')).toContain('nothing was stored');
  const stop = new AbortController();
  const heard = (text: string) => {
    if (text.includes('waiting for the lease')) stop.abort();
  };
  const left = await world.login(undefined, [], { heard, stop: stop.signal });
  expect(left.code).toBe(130);
  expect(await world.secrets()).toEqual({ [secret]: { refresh_token: 'old' } });
});
