import { createHash } from 'node:crypto';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../lib/model/secret.ts';
import { startTokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import { allTextOf, answer, clientFor, startServer, vendorErrorOf } from '../gateways/support.ts';
import type { Handler } from '../gateways/support.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const owner = { name: 'barndoor', documentedHosts: [] };
const signal = new AbortController().signal;

function exchangeWith(urls: readonly string[]) {
  const http = clientFor('barndoor', urls);
  endings.push(() => http.close());
  return createTokenExchange({ http, clock: { now: () => 0 } });
}

describe('where a person signs in', () => {
  const wellKnown = '/.well-known/openid-configuration';

  async function issuer(handler: Handler) {
    const server = await startServer(handler);
    endings.push(server.close);
    const ask = (path: string, authorizeUrl?: string) =>
      exchangeWith([server.url]).authorizationEndpoint({
        provider: owner,
        tokenUrl: `${server.url}${path}`,
        connection: 'acme',
        signal,
        known: new KnownSecrets(),
        ...(authorizeUrl !== undefined && { authorizeUrl }),
      });
    return { server, ask };
  }

  /** Answers with a document at these paths, as `token_endpoint` says, and 404 elsewhere. */
  const documents =
    (at: Readonly<Record<string, string>>): Handler =>
    (response, { url, headers }) => {
      const found = Object.entries(at).find(([path]) => url === `${path}${wellKnown}`);
      const origin = `http://${headers.host}`;
      if (!found)
        answer(response, 404, '<html>no such page</html>', { 'content-type': 'text/html' });
      else {
        const [path, token] = found;
        const authorize = `${origin}${path}/authorize`;
        answer(response, 200, {
          token_endpoint: `${origin}${token}`,
          authorization_endpoint: authorize,
        });
      }
    };

  test.each([
    ['/realms/acme/protocol/openid-connect/token', '/realms/acme', 3],
    ['/oauth/token', '', 2],
    ['/token?tenant=1', '', 1],
  ])('is found above %s', async (tokenPath, realm, requests) => {
    const { server, ask } = await issuer(documents({ [realm]: tokenPath }));
    expect(await ask(tokenPath)).toBe(`${server.url}${realm}/authorize`);
    expect(server.requests).toHaveLength(requests);
  });

  test('is not taken from a document about another token endpoint', async () => {
    const { server, ask } = await issuer(documents({ '/a': '/elsewhere/token', '': '/a/b/token' }));
    expect(await ask('/a/b/token')).toBe(`${server.url}/authorize`);
    expect(await ask('/a/c/token')).toBeUndefined();
  });

  test.each([
    [],
    'no',
    { token_endpoint: { toString: 1 }, authorization_endpoint: 'x' },
    { token_endpoint: 7 },
    {},
  ])('is not found in a document such as %j', async (document) => {
    const { ask } = await issuer((response) => answer(response, 200, document));
    expect(await ask('/oauth/token')).toBeUndefined();
  });

  test('is found whatever the document calls its issuer', async () => {
    const { server, ask } = await issuer((response, { headers }) => {
      const origin = `http://${headers.host}`;
      const endpoints = {
        token_endpoint: `${origin}/token`,
        authorization_endpoint: `${origin}/authorize`,
      };
      answer(response, 200, { issuer: 'https://elsewhere.example/', ...endpoints });
    });
    expect(await ask('/token')).toBe(`${server.url}/authorize`);
  });

  test('is not looked for where it is declared', async () => {
    const { server, ask } = await issuer(documents({}));
    const declared = `${server.url}/authorize?tenant=1`;
    expect(await ask('/token', declared)).toBe(declared);
    expect(server.requests).toEqual([]);
  });

  test('must be on an allowed host, declared or found; and so must the token endpoint', async () => {
    const evil = 'https://evil.example/authorize';
    const { server, ask } = await issuer((response, { headers }) => {
      const token = `http://${headers.host}/token`;
      answer(response, 200, { token_endpoint: token, authorization_endpoint: evil });
    });
    const refused = { kind: 'host', operation: 'token', context: { connection: 'acme' } };
    expect(await vendorErrorOf(ask('/token', evil))).toMatchObject(refused);
    expect(await vendorErrorOf(ask('/token'))).toMatchObject(refused);
    const exchange = exchangeWith([server.url]);
    const tokenUrl = 'https://evil.example/token';
    const authorizeUrl = `${server.url}/authorize`;
    const common = {
      provider: owner,
      connection: 'acme',
      signal,
      tokenUrl,
      known: new KnownSecrets(),
    };
    const before = server.requests.length;
    for (const request of [common, { ...common, authorizeUrl }]) {
      expect(await vendorErrorOf(exchange.authorizationEndpoint(request))).toMatchObject(refused);
    }
    expect(server.requests).toHaveLength(before);
  });

  test('an issuer that is down is not one without a document', async () => {
    const { ask } = await issuer((response) => answer(response, 503, 'down'));
    expect(await vendorErrorOf(ask('/oauth/token'))).toMatchObject({ kind: 'status', status: 503 });
  });
});

describe('an authorization code', () => {
  const redirectUri = 'http://127.0.0.1:9/callback';
  const verifier = new Secret('a-verifier-that-nobody-may-see-0123456789-abc');

  async function world() {
    const issuer = await startTokenEndpoint({ clients: { trueup: undefined } });
    endings.push(issuer.close);
    const exchange = exchangeWith([issuer.url]);
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'trueup',
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update(verifier.reveal()).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const consent = await fetch(`${issuer.authorizeUrl}?${query.toString()}`, {
      redirect: 'manual',
    });
    const to = new URL(consent.headers.get('location') ?? '');
    const code = new Secret(to.searchParams.get('code') ?? '');
    const ask = (more: { verifier?: Secret; redirectUri?: string } = {}) =>
      exchange.authorizationCode({
        provider: owner,
        tokenUrl: issuer.tokenUrl,
        clientId: 'trueup',
        connection: 'acme',
        signal,
        known: new KnownSecrets(),
        code,
        verifier,
        redirectUri,
        ...more,
      });
    return { issuer, ask, code };
  }

  test('is exchanged for both tokens, once', async () => {
    const { issuer, ask, code } = await world();
    const { token, refreshToken, expiresAt } = await ask();
    expect(issuer.accepts(token.reveal())).toBe(true);
    expect(refreshToken?.reveal()).toMatch(/^[\w-]{32}$/);
    expect(expiresAt).toBe(300_000);
    expect(issuer.requests.at(-1)?.form).toEqual({
      grant_type: 'authorization_code',
      client_id: 'trueup',
      code: code.reveal(),
      redirect_uri: redirectUri,
      code_verifier: verifier.reveal(),
    });
    // A used one is no reason to sign in again: that is what is under way.
    const again = await vendorErrorOf(ask());
    expect(again).toMatchObject({ kind: 'token', operation: 'token' });
    expect(again.message).toContain('invalid_grant');
  });

  test('is refused with another verifier or redirect address, without revealing either', async () => {
    for (const more of [{ verifier: new Secret('another') }, { redirectUri: `${redirectUri}/` }]) {
      const { ask, code } = await world();
      const error = await vendorErrorOf(ask(more));
      expect(error).toMatchObject({ kind: 'token' });
      expect(allTextOf(error)).not.toContain(code.reveal());
      expect(allTextOf(error)).not.toContain(verifier.reveal());
    }
  });

  test('an answer without a refresh token has none', async () => {
    const { issuer, ask } = await world();
    const body = { access_token: 'opaque', token_type: 'bearer', expires_in: 300 };
    issuer.misbehave({ effect: { kind: 'status', status: 200, body } });
    expect((await ask()).refreshToken).toBeUndefined();
  });

  test('is never sent twice: it may have been used up', async () => {
    const { issuer, ask } = await world();
    issuer.misbehave({ effect: { kind: 'status', status: 503, body: {} } });
    expect(await vendorErrorOf(ask())).toMatchObject({ kind: 'status', status: 503 });
    expect(issuer.counts['authorization_code']).toBe(1);
  });
});
