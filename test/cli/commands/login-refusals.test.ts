import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stat, writeFile } from 'node:fs/promises';
import type { Visit } from './browser.ts';
import { files, isGone, secret, startLoginWorld, until } from './login-world.ts';
import type { LoginWorld } from './login-world.ts';
import type { Ran } from '../run.ts';

let world: LoginWorld;

beforeEach(async () => {
  world = await startLoginWorld();
});

afterEach(() => world.close());

/** Comes back as the provider would, with these parameters. */
const back =
  (parameters: Record<string, string>): Visit =>
  (url) => {
    const to = new URL(url.searchParams.get('redirect_uri') ?? '');
    to.searchParams.set('state', url.searchParams.get('state') ?? '');
    for (const [name, value] of Object.entries(parameters)) to.searchParams.set(name, value);
    return fetch(to);
  };

describe('a sign-in that gives no token says what to do next, and stores nothing', () => {
  const refusedAtToken = (body: Record<string, string>, status: number): Visit => {
    return (url) => {
      world.issuer.misbehave({ operation: 'token', effect: { kind: 'status', status, body } });
      return fetch(url);
    };
  };

  test.each<[string, Visit, RegExp, RegExp]>([
    [
      'the person refuses',
      back({ error: 'access_denied', error_description: 'No <b>way</b>\u001B[31m' }),
      /acme: the provider refused the sign-in: access_denied: No <b>way<\/b>\n/,
      /next: run it again, and consent/,
    ],
    [
      'the client may not have the scope',
      back({ error: 'invalid_scope' }),
      /refused the sign-in: invalid_scope/,
      /next: set `scope` in auth to scopes that the client may request/,
    ],
    [
      'the provider is busy',
      back({ error: 'temporarily_unavailable' }),
      /temporarily_unavailable/,
      /next: run it again later/,
    ],
    [
      'the client is not fit, in a word that objects have too',
      back({ error: 'constructor' }),
      /refused the sign-in: constructor/,
      /next: check client_id in auth: 'person' must be a public client/,
    ],
    ['no code comes', back({}), /neither a code nor an error/, /next: check `authorizeUrl`/],
    [
      'the answer is in a form that was not asked for',
      back({ response: 'made-up.j.wt' }),
      /neither a code nor an error/,
      /next: check `authorizeUrl`/,
    ],
    [
      'the code is not the issuer’s',
      back({ code: 'made-up', iss: 'https://issuer.example' }),
      /did not accept the code: .*invalid_grant/,
      /next: run it again; if it continues, 'person' must be a public client/,
    ],
    [
      'the token endpoint is down',
      refusedAtToken({}, 503),
      /did not accept the code/,
      /again: a code works once/,
    ],
    [
      'there is no refresh token in it',
      refusedAtToken({ access_token: 'opaque', token_type: 'bearer' }, 200),
      /gave no refresh token; asked for was scope 'openid offline_access'/,
      /next: request one: `scope` in auth usually needs offline_access/,
    ],
  ])('%s', async (_, visit, problem, next) => {
    await world.store({ [secret]: { refresh_token: 'old' } });
    const { code, stdout, stderr, page, redirectUri } = await world.login(visit);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const flat = stderr.replaceAll(/\n(?!error|next)/g, ' ');
    expect(`${flat}\n`).toMatch(problem);
    expect(flat).toMatch(next);
    for (const hidden of ['made-up', 'opaque', '\u001B']) {
      expect(stderr).not.toContain(hidden);
      expect(page.body).not.toContain(hidden);
    }
    expect(page.body).not.toContain('<b>');
    expect(page).toMatchObject({ status: 400, title: 'Not signed in' });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await world.secrets()).toEqual({ [secret]: { refresh_token: 'old' } });
    expect(await isGone(redirectUri)).toBe(true);
  });

  test('no sign-in before the timeout', async () => {
    const nobody: Visit = async () => undefined;
    const { code, stderr, redirectUri } = await world.login(nobody, ['--timeout', '1s']);
    expect(code).toBe(1);
    const flat = stderr.replaceAll('\n', ' ');
    expect(flat).toContain('error: acme: no sign-in in time');
    expect(flat).toContain(`register ${redirectUri} as a redirect URI of the client 'person'`);
    expect(await isGone(redirectUri)).toBe(true);
    await expect(stat(world.secretsPath)).rejects.toThrow('ENOENT');
  });

  test('Ctrl-C', async () => {
    const stop = new AbortController();
    const leave: Visit = async () => stop.abort();
    const { code, stderr, redirectUri } = await world.login(leave, [], { stop: stop.signal });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted; nothing was stored');
    expect(await isGone(redirectUri)).toBe(true);
    await expect(stat(world.secretsPath)).rejects.toThrow('ENOENT');
  });

  test('Ctrl-C while the code is exchanged', async () => {
    const stop = new AbortController();
    world.issuer.misbehave({ operation: 'token', effect: { kind: 'latency', ms: 5000 } });
    const leave: Visit = async (url) => {
      const page = fetch(url);
      await until(() => world.issuer.counts['authorization_code'] === 1);
      stop.abort();
      return page;
    };
    const { code, page } = await world.login(leave, [], { stop: stop.signal });
    expect(code).toBe(130);
    expect(page.title).toBe('Not signed in');
    await expect(stat(world.secretsPath)).rejects.toThrow('ENOENT');
  });
});

describe('before anybody signs in it is found that', () => {
  const asked = () => world.issuer.counts['authorize'] ?? 0;

  test.each<[string, () => Promise<Ran>, number, RegExp, RegExp]>([
    [
      'the connection is not declared',
      () => world.run(['login', 'acne', ...files]),
      3,
      /declares no connection 'acne'/,
      /did you mean acme/,
    ],
    [
      'the connection signs in by itself',
      async () => {
        const none = { tokenUrl: undefined, client_id: undefined, refresh_token: undefined };
        await world.declare({ ...none, type: 'bearer', token: { secret } });
        return world.run(['login', 'acme', ...files]);
      },
      3,
      /its auth is of type bearer/,
      /declare auth: \{ type: refresh-token/,
    ],
    [
      'there is no place for the token',
      () => world.run(['login', 'acme', '--file', 'trueup.json']),
      3,
      /no file to store the tokens in/,
      /--secrets FILE/,
    ],
    [
      'others may read the file',
      async () => {
        await writeFile(world.secretsPath, '{}', { mode: 0o644 });
        return world.run(['login', 'acme', ...files]);
      },
      1,
      /can be read by other users: run chmod 600/,
      /make it accessible only to you: chmod 600/,
    ],
    [
      'something else has the name of the tokens',
      async () => {
        await world.store({ '/trueup/acme/sign-in': 'hunter2' });
        return world.run(['login', 'acme', ...files]);
      },
      1,
      /does not have a valid sign-in under/,
      /remove that entry/,
    ],
    [
      'the address to sign in at is on a host that nobody allowed',
      async () => {
        await world.declare({ authorizeUrl: 'https://evil.example/authorize' });
        return world.run(['login', 'acme', ...files]);
      },
      1,
      /evil\.example is not among the allowed hosts for barndoor/,
      /TRUEUP_ALLOWED_HOSTS/,
    ],
    [
      'nothing says where to sign in',
      async () => {
        await world.declare({ tokenUrl: `${world.vendor.url}/oauth/token` });
        return world.run(['login', 'acme', ...files]);
      },
      3,
      /no OpenID discovery document above tokenUrl/,
      /set `authorizeUrl` in auth/,
    ],
    [
      'the port is taken',
      () => world.run(['login', 'acme', ...files, '--port', new URL(world.vendor.url).port]),
      1,
      /cannot listen on 127\.0\.0\.1, port \d+: EADDRINUSE/,
      /a free port/,
    ],
    [
      'two ports are named',
      () =>
        world.run([
          'login',
          'acme',
          ...files,
          '--port',
          '1',
          '--redirect-uri',
          'http://localhost:2/cb',
        ]),
      3,
      /cannot be combined/,
      /write the port into the redirect URI/,
    ],
  ])('%s', async (_, command, exitCode, problem, next) => {
    const { code, stdout, stderr } = await command();
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    const flat = stderr.replaceAll(/\n(?!next)/g, ' ');
    expect(flat).toMatch(problem);
    expect(flat).toMatch(next);
    expect(stderr).not.toMatch(/hunter2|Sign in to/);
    expect(asked()).toBe(0);
  });

  test.each([
    ['--port', '0'],
    ['--port', '70000'],
    ['--redirect-uri', 'https://127.0.0.1/cb'],
    ['--redirect-uri', 'http://evil.example/cb'],
    ['--redirect-uri', 'http://127.0.0.1/cb?x=1'],
    ['--redirect-uri', 'http://user@127.0.0.1/cb'],
  ])('%s %s cannot be', async (option, value) => {
    const { code, stderr } = await world.run(['login', 'acme', ...files, option, value]);
    expect(code).toBe(3);
    expect(stderr).toContain('It must be');
  });
});
