import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { startTokenEndpoint } from '../../../lib/local/issuer/token-endpoint.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Parameters<typeof startTokenEndpoint>[0] = {}) {
  const issuer = await startTokenEndpoint({
    clients: { trueup: 'hush', person: undefined },
    ...options,
  });
  endings.push(issuer.close);
  const token = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(form);
    const response = await fetch(issuer.tokenUrl, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  return { issuer, token };
}

const machine = { grant_type: 'client_credentials', client_id: 'trueup', client_secret: 'hush' };

describe('client credentials', () => {
  test('give a JWT that a simulator accepts until it expires', async () => {
    let time = 1_000_000;
    const { issuer, token } = await world({ now: () => time, expiresIn: 60 });
    const vendor = await startBarndoor({ servers: [], tokens: issuer.accepts });
    endings.push(vendor.close);
    const { body } = await token(machine);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 60 });
    const claims = Buffer.from(String(body['access_token']).split('.')[1] ?? '', 'base64url');
    expect(JSON.parse(claims.toString())).toMatchObject({ iss: issuer.url, exp: 1060 });
    const list = async () => {
      const headers = { authorization: `Bearer ${body['access_token']}` };
      return (await fetch(`${vendor.url}/api/servers`, { headers })).status;
    };
    expect(await list()).toBe(200);
    time += 60_000;
    expect(await list()).toBe(401);
  });

  test('are refused with a wrong secret, audience or grant', async () => {
    const { issuer, token } = await world({ audience: 'https://barndoor.ai/' });
    expect(await token({ ...machine, client_secret: 'no' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await token(machine)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const audience = 'https://barndoor.ai/';
    expect((await token({ ...machine, audience })).status).toBe(200);
    expect(await token({ ...machine, grant_type: 'password' })).toMatchObject({
      body: { error: 'unsupported_grant_type' },
    });
    const basic = { authorization: `Basic ${Buffer.from('trueup:hush').toString('base64')}` };
    expect((await token({ grant_type: 'client_credentials', audience }, basic)).status).toBe(200);
    issuer.clients.set('trueup', 'rotated');
    expect((await token({ ...machine, audience })).status).toBe(401);
    expect(issuer.counts).toEqual({ client_credentials: 5, password: 1 });
  });
});

describe('refresh tokens', () => {
  test('rotate, and an old one is not taken again', async () => {
    const { issuer, token } = await world();
    const first = issuer.issueRefreshToken('person');
    const refresh = (value = '') =>
      token({ grant_type: 'refresh_token', client_id: 'person', refresh_token: value });
    const { body } = await refresh(first);
    expect(body['refresh_token']).not.toBe(first);
    expect(await refresh(first)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });

  test('stay when rotation is off, until they are revoked', async () => {
    const { issuer, token } = await world({ rotateRefreshTokens: false });
    const value = issuer.issueRefreshToken('person');
    const refresh = () =>
      token({ grant_type: 'refresh_token', client_id: 'person', refresh_token: value });
    await refresh();
    expect((await refresh()).body['refresh_token']).toBe(value);
    issuer.revoke(value);
    expect((await refresh()).status).toBe(400);
  });
});

test('tokens outlive an issuer that hands them on', async () => {
  const { issuer, token } = await world();
  const refresh = issuer.issueRefreshToken('person');
  const access = (await token(machine)).body['access_token'] ?? '';
  const issued = JSON.parse(JSON.stringify(issuer.issued()));
  const next = await world({ issued });
  expect(next.issuer.accepts(access)).toBe(true);
  const form = { grant_type: 'refresh_token', client_id: 'person', refresh_token: refresh };
  expect((await next.token(form)).status).toBe(200);
  expect((await next.token(form)).status).toBe(400);
});

test('a person logs in by discovery, authorization code and PKCE', async () => {
  const { issuer, token } = await world();
  const found = await fetch(`${issuer.url}/.well-known/openid-configuration`);
  const { authorization_endpoint: authorizeUrl } = (await found.json()) as Record<string, string>;
  const redirect = 'http://127.0.0.1:9/callback';
  const login = async (verifier: string) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'person',
      redirect_uri: redirect,
      state: 'xyz',
      code_challenge: createHash('sha256').update('verifier').digest('base64url'),
      code_challenge_method: 'S256',
    });
    const answer = await fetch(`${authorizeUrl}?${query.toString()}`, { redirect: 'manual' });
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.searchParams.get('state')).toBe('xyz');
    const form = { grant_type: 'authorization_code', client_id: 'person', redirect_uri: redirect };
    const code = to.searchParams.get('code') ?? '';
    const first = await token({ ...form, code, code_verifier: verifier });
    const again = await token({ ...form, code, code_verifier: verifier });
    return [first.status, again.status, typeof first.body['refresh_token']];
  };
  expect(await login('verifier')).toEqual([200, 400, 'string']);
  expect(await login('another')).toEqual([400, 400, 'undefined']);
  const bare = `${authorizeUrl}?client_id=person&redirect_uri=${redirect}&response_type=code`;
  const refused = await fetch(bare, { redirect: 'manual' });
  expect(refused.headers.get('location')).toContain('error=invalid_request');
});

test('it misbehaves on command', async () => {
  const { issuer, token } = await world();
  issuer.misbehave(
    { operation: 'token', times: 1, effect: { kind: 'status', status: 503 } },
    { operation: 'token', skip: 1, times: 1, effect: { kind: 'cut' } },
  );
  expect(await token(machine)).toMatchObject({ status: 503, body: { error: 'server_error' } });
  await expect(token(machine)).rejects.toThrow('fetch failed');
  expect((await token(machine)).status).toBe(200);
});
