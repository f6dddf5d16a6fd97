import { afterEach, describe, expect, test } from '@jest/globals';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { Secret } from '../../lib/model/secret.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import type {
  ClientCredentialsRequest,
  RefreshTokenRequest,
} from '../../lib/sign-in/token-exchange.types.ts';
import type { Handler } from '../gateways/support.ts';
import { allTextOf, answer, clientFor, startServer, vendorErrorOf } from '../gateways/support.ts';
import { usable } from '../support/usable.ts';
import { closedPort } from '../gateways/http/attempts.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const now = 1_000_000;
const provider = { name: 'acme', documentedHosts: [] };
const secretText = 'cl13nt-s3cret/+canary';
const refreshText = 'r3fresh-t0ken-canary';

async function world(handler: Handler, timeoutMs = 15_000) {
  const server = await startServer(handler);
  const http = clientFor('acme', [server.url], { timeoutMs });
  endings.push(server.close, () => http.close());
  const exchange = createTokenExchange({ http, clock: { now: () => now } });
  const common = {
    provider,
    tokenUrl: `${server.url}/realms/acme/token?tenant=1`,
    clientId: 'trueup & co',
    connection: 'acme-prod',
    signal: new AbortController().signal,
    known: new KnownSecrets(),
  };
  const credentials: ClientCredentialsRequest = {
    ...common,
    clientSecret: new Secret(`${secretText}\n`),
    audience: 'https://acme.example/',
  };
  const refresh: RefreshTokenRequest = { ...common, refreshToken: new Secret(refreshText) };
  return { server, http, exchange, credentials, refresh };
}

const granted = { access_token: 'acc3ss', token_type: 'Bearer', expires_in: 3600 };

describe('client credentials', () => {
  test('are sent as a form, and give a token with its end', async () => {
    const { server, exchange, credentials } = await world((response) =>
      answer(response, 200, granted),
    );
    const { token, expiresAt } = await exchange.clientCredentials(credentials);
    expect(token.reveal()).toBe('acc3ss');
    expect(expiresAt).toBe(now + 3_600_000);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/realms/acme/token?tenant=1' });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'trueup & co',
      client_secret: secretText,
      audience: 'https://acme.example/',
    });
  });

  test('need no audience', async () => {
    const { server, exchange, credentials } = await world((response) =>
      answer(response, 200, granted),
    );
    const { audience: _, ...without } = credentials;
    await exchange.clientCredentials(without);
    expect(new URLSearchParams(server.requests[0]?.body).has('audience')).toBe(false);
  });

  test.each([
    [{ expires_in: '60' }, 60_000],
    [{ expires_in: 0 }, 0],
    [{ expires_in: -5 }, 300_000],
    [{ expires_in: 'soon' }, 300_000],
    [{ expires_in: '' }, 300_000],
    [{ expires_in: null }, 300_000],
    [{}, 300_000],
    // Beyond what a date can be: saving it beside a used-up refresh token must not fail.
    [{ expires_in: 1e20 }, 31_536_000_000],
    [{ expires_in: '1e400' }, 31_536_000_000],
  ])('with %j hold %i ms', async (more, ms) => {
    const { exchange, credentials } = await world((response) =>
      answer(response, 200, { access_token: 'a', ...more }),
    );
    expect((await exchange.clientCredentials(credentials)).expiresAt).toBe(now + ms);
  });

  test.each([400, 401, 403, 404])('refused with %i: no token', async (status) => {
    const { server, exchange, credentials } = await world((response) =>
      answer(response, status, {
        error: 'invalid_grant',
        error_description: `Bad secret ${secretText} (${encodeURIComponent(secretText)})`,
      }),
    );
    const error = await vendorErrorOf(exchange.clientCredentials(credentials));
    expect(error).toMatchObject({
      kind: 'token',
      operation: 'token',
      status,
      message: `HTTP ${status} (invalid_grant): its reason is not shown: it contains a part of a secret`,
      context: { connection: 'acme-prod' },
    });
    expect(allTextOf(error)).not.toContain('canary');
    expect(server.requests).toHaveLength(1);
  });

  test('refused with status 200: the reason is shown, and no token', async () => {
    const { server, exchange, credentials } = await world((response) =>
      answer(response, 200, {
        error: 'invalid_client',
        error_description: `no ${secretText}, nor id-canary`,
        id_token: 'id-canary',
      }),
    );
    const error = await vendorErrorOf(exchange.clientCredentials(credentials));
    expect(error).toMatchObject({
      kind: 'token',
      status: 200,
      message: 'HTTP 200 (invalid_client): its reason is not shown: it contains a part of a secret',
    });
    expect(allTextOf(error)).not.toContain('canary');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [{ message: 'Client is disabled' }, 'Client is disabled'],
    [{ detail: 'No such realm' }, 'No such realm'],
    [{ error: null, error_description: 'Try later' }, 'Try later'],
    [{ error: { code: 'E7', message: 'Client is disabled' } }, 'E7: Client is disabled'],
    [{ scope: 'x' }, 'the answer has no access token'],
  ])('an error with status 200 shows its reason: %j', async (body, message) => {
    const { exchange, credentials } = await world((response) => answer(response, 200, body));
    expect(await vendorErrorOf(exchange.clientCredentials(credentials))).toMatchObject({ message });
  });

  test('that are empty are not sent', async () => {
    const { server, exchange, credentials, refresh } = await world((response) =>
      answer(response, 200, granted),
    );
    const empty = new Secret(' \n');
    for (const call of [
      exchange.clientCredentials({ ...credentials, clientSecret: empty }),
      exchange.refreshToken({ ...refresh, refreshToken: empty }),
    ]) {
      expect(await vendorErrorOf(call)).toMatchObject({
        kind: 'token',
        message: 'the credential is empty',
      });
    }
    expect(server.connections()).toBe(0);
  });

  test('with an access token are taken, whatever else the answer has', async () => {
    const { exchange, credentials } = await world((response) =>
      answer(response, 200, {
        access_token: 'acc3ss',
        error: '',
        id_token: 'not.a.token',
        refresh_token: 7,
        scope: ['a'],
      }),
    );
    expect((await exchange.clientCredentials(credentials)).token.reveal()).toBe('acc3ss');
  });

  test('are sent again after a transient answer', async () => {
    const { server, exchange, credentials } = await world((response, _request, before) => {
      if (before === 0) answer(response, 503, {});
      else if (before === 1) response.destroy();
      else answer(response, 200, granted);
    });
    expect((await exchange.clientCredentials(credentials)).token.reveal()).toBe('acc3ss');
    expect(server.requests).toHaveLength(3);
  });
});

describe('a refresh token', () => {
  test('that rotates gives the next one', async () => {
    const { server, exchange, refresh } = await world((response) =>
      answer(response, 200, { ...granted, refresh_token: 'next' }),
    );
    const { token, expiresAt, refreshToken } = usable(await exchange.refreshToken(refresh));
    expect([token.reveal(), expiresAt, refreshToken?.reveal()]).toEqual([
      'acc3ss',
      now + 3_600_000,
      'next',
    ]);
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'trueup & co',
      refresh_token: refreshText,
    });
  });

  test.each([{}, { refresh_token: refreshText }, { refresh_token: '' }, { refresh_token: null }])(
    'that does not rotate: %j',
    async (more) => {
      const { exchange, refresh } = await world((response) =>
        answer(response, 200, { ...granted, ...more }),
      );
      expect(await exchange.refreshToken(refresh)).not.toHaveProperty('refreshToken');
    },
  );

  test.each([400, 401, 403])(
    'that is no longer valid (%i invalid_grant) needs a login',
    async (status) => {
      const { exchange, refresh } = await world((response) =>
        answer(response, status, {
          error: 'invalid_grant',
          error_description: `${refreshText} used`,
        }),
      );
      const error = await vendorErrorOf(exchange.refreshToken(refresh));
      expect(error).toMatchObject({
        kind: 'needs-login',
        status,
        message: `HTTP ${status} (invalid_grant): its reason is not shown: it contains a part of a secret`,
      });
      expect(allTextOf(error)).not.toContain('canary');
    },
  );

  test('that is no longer valid needs a login, also if the error has status 200', async () => {
    const { exchange, refresh } = await world((response) =>
      answer(response, 200, { error: 'invalid_grant', error_description: 'used before' }),
    );
    expect(await vendorErrorOf(exchange.refreshToken(refresh))).toMatchObject({
      kind: 'needs-login',
      message: 'invalid_grant: used before',
    });
  });

  const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });

  test.each<[string, number, Record<string, unknown>]>([
    ['body', 200, {}],
    ['body', 200, { access_token: null }],
    ['body', 200, { ...granted, more: nested(70) }],
    ['token', 200, { ...granted, token_type: 'mac' }],
    ['token', 200, { error: 'server_error', error_description: 'sorry, next-canary' }],
    ['token', 400, { error: 'invalid_client' }],
    ['status', 503, {}],
  ])('that rotates is given although the answer is of no use: %s, %i %j', async (...row) => {
    const [kind, status, body] = row;
    const { exchange, refresh } = await world((response) =>
      answer(response, status, { ...body, refresh_token: 'next-canary' }),
    );
    const refreshed = await exchange.refreshToken(refresh);
    if (!('failed' in refreshed)) throw new Error('it has an access token');
    expect(refreshed.refreshToken.reveal()).toBe('next-canary');
    expect(refreshed.failed).toMatchObject({ kind, operation: 'token' });
    expect(allTextOf(refreshed.failed)).not.toContain('canary');
  });

  test.each<[string, number, Record<string, string>, Buffer?]>([
    ['redirect', 302, { location: 'https://elsewhere.example/' }],
    ['body', 200, {}, Buffer.from([0xff])],
    ['token', 400, {}, Buffer.from([0xff])],
    ['body', 404, { 'content-type': 'text/html' }],
  ])('that rotates is given although the answer cannot be used: %s, %i', async (...row) => {
    const [kind, status, headers, more = Buffer.alloc(0)] = row;
    const { exchange, refresh } = await world((response) => {
      response.writeHead(status, headers);
      response.write('{"refresh_token":"next-canary","note":"');
      response.end(Buffer.concat([more, Buffer.from('"}')]));
    });
    const refreshed = await exchange.refreshToken(refresh);
    if (!('failed' in refreshed)) throw new Error('it has an access token');
    expect(refreshed.refreshToken.reveal()).toBe('next-canary');
    expect(refreshed.failed).toMatchObject({ kind, operation: 'token' });
  });

  test('that has lost bytes is not taken for one', async () => {
    const { exchange, refresh } = await world((response) => {
      response.writeHead(200);
      response.end(Buffer.from('{"refresh_token":"next-\xff"}', 'latin1'));
    });
    expect(await vendorErrorOf(exchange.refreshToken(refresh))).toMatchObject({ kind: 'body' });
  });

  test.each<[number, unknown]>([
    [400, { error: 'invalid_client' }],
    [401, { error: 'unauthorized_client' }],
    [403, { message: 'invalid_grant' }],
    [404, 'Not here'],
    [400, ['invalid_grant']],
  ])('refused otherwise (%i %j): no token', async (status, body) => {
    const { exchange, refresh } = await world((response) => answer(response, status, body));
    expect(await vendorErrorOf(exchange.refreshToken(refresh))).toMatchObject({
      kind: 'token',
      status,
    });
  });

  test.each([408, 429, 500, 503])('is not sent again after a %i', async (status) => {
    const { server, exchange, refresh } = await world((response) =>
      answer(response, status, { error: 'invalid_grant' }, { 'retry-after': '3' }),
    );
    expect(await vendorErrorOf(exchange.refreshToken(refresh))).toMatchObject({
      kind: 'status',
      operation: 'token',
      status,
      retryAfterMs: 3000,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Handler]>([
    ['cut', (response) => response.destroy()],
    ['timeout', () => {}],
    ['body', (response) => answer(response, 200, '<html>')],
    ['body', (response) => answer(response, 200, [])],
    ['body', (response) => answer(response, 200, { access_token: '' })],
    ['body', (response) => answer(response, 200, { token: 'acc3ss-canary' })],
    ['token', (response) => answer(response, 200, { ...granted, token_type: 'DPoP' })],
  ])('is not sent again after %s', async (kind, handler) => {
    const { server, exchange, refresh } = await world(handler, 500);
    const error = await vendorErrorOf(exchange.refreshToken(refresh));
    expect(error).toMatchObject({ kind, operation: 'token' });
    expect(allTextOf(error)).not.toContain('canary');
    expect(server.requests).toHaveLength(1);
  });

  test('is sent again where no connection opened', async () => {
    const { http, exchange, refresh } = await world((response) => answer(response, 200, granted));
    const tokenUrl = `http://127.0.0.1:${await closedPort()}/token`;
    const other = clientFor('acme', [tokenUrl]);
    const error = await vendorErrorOf(
      createTokenExchange({ http: other, clock: { now: () => now } }).refreshToken({
        ...refresh,
        tokenUrl,
      }),
    );
    expect(error.kind).toBe('no-route');
    expect(other.sleeps).toHaveLength(2);
    expect(http.sleeps).toHaveLength(0);
    expect(usable(await exchange.refreshToken(refresh)).token.reveal()).toBe('acc3ss');
  });
});

describe('a token endpoint', () => {
  test('must be among the allowed hosts', async () => {
    const { server, exchange, credentials, refresh } = await world((response) =>
      answer(response, 200, granted),
    );
    const elsewhere = { tokenUrl: 'https://evil.example/token' };
    for (const call of [
      exchange.clientCredentials({ ...credentials, ...elsewhere }),
      exchange.refreshToken({ ...refresh, ...elsewhere }),
      exchange.clientCredentials({ ...credentials, provider: { ...provider, name: 'other' } }),
    ]) {
      expect(await vendorErrorOf(call)).toMatchObject({ kind: 'host', operation: 'token' });
    }
    expect(server.connections()).toBe(0);
  });

  test('that redirects gets no second request, and no other host gets one', async () => {
    const other = await startServer((response) => answer(response, 200, granted));
    endings.push(other.close);
    const { server, exchange, credentials } = await world((response) =>
      answer(response, 307, {}, { location: other.url }),
    );
    expect(await vendorErrorOf(exchange.clientCredentials(credentials))).toMatchObject({
      kind: 'redirect',
    });
    expect(server.requests).toHaveLength(1);
    expect(other.connections()).toBe(0);
  });

  test('is left when the pass ends', async () => {
    const abort = new AbortController();
    const { exchange, refresh } = await world(() => abort.abort());
    expect(
      await vendorErrorOf(exchange.refreshToken({ ...refresh, signal: abort.signal })),
    ).toMatchObject({ kind: 'aborted' });
  });
});
