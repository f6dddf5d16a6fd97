import { afterEach, expect, test } from '@jest/globals';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { Secret } from '../../lib/model/secret.ts';
import type { TokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import { startTokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import { clientFor, vendorErrorOf } from '../gateways/support.ts';
import { usable } from '../support/usable.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Parameters<typeof startTokenEndpoint>[0]) {
  const issuer: TokenEndpoint = await startTokenEndpoint(options);
  const http = clientFor('barndoor', [issuer.url]);
  endings.push(issuer.close, () => http.close());
  const exchange = createTokenExchange({ http, clock: { now: () => 0 } });
  const common = {
    provider: { name: 'barndoor', documentedHosts: [] },
    tokenUrl: issuer.tokenUrl,
    clientId: 'trueup',
    connection: 'acme-barndoor',
    signal: new AbortController().signal,
    known: new KnownSecrets(),
  };
  return { issuer, exchange, common };
}

test('client credentials at an issuer that wants an audience', async () => {
  const audience = 'https://barndoor.ai/';
  const { issuer, exchange, common } = await world({ clients: { trueup: 'right' }, audience });
  const ask = (secret: string) =>
    exchange.clientCredentials({ ...common, audience, clientSecret: new Secret(secret) });
  const { token, expiresAt } = await ask('right');
  expect(issuer.accepts(token.reveal())).toBe(true);
  expect(expiresAt).toBe(300_000);
  expect(await vendorErrorOf(ask('wrong'))).toMatchObject({ kind: 'token', operation: 'token' });
});

test('refresh tokens at an issuer that rotates them: a used one needs a login', async () => {
  const { issuer, exchange, common } = await world({ clients: { trueup: undefined } });
  const first = new Secret(issuer.issueRefreshToken('trueup'));
  const { token, refreshToken = first } = usable(
    await exchange.refreshToken({ ...common, refreshToken: first }),
  );
  expect(issuer.accepts(token.reveal())).toBe(true);
  expect(refreshToken.reveal()).not.toBe(first.reveal());
  const again = usable(await exchange.refreshToken({ ...common, refreshToken }));
  expect(issuer.accepts(again.token.reveal())).toBe(true);
  const used = await vendorErrorOf(exchange.refreshToken({ ...common, refreshToken: first }));
  expect(used).toMatchObject({ kind: 'needs-login', operation: 'token' });
});
