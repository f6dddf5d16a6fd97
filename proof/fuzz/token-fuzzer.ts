import fc from 'fast-check';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import { Secret } from '../../lib/model/secret.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import type { AccessToken, TokenExchange } from '../../lib/sign-in/token-exchange.types.ts';
import { usable } from '../../test/support/usable.ts';
import { isVendorError } from '../../lib/model/errors/vendor-error.ts';
import { allTextOf, clientFor } from '../../test/gateways/support.ts';
import { answers, wireAnswer } from './answers.ts';
import { fuzzer, must } from './fuzzer.ts';
import { startRawServer } from '../../test/support/raw-server.ts';

/** What is sent, and must come back in no error. */
const sent = 'sent-e2f411';
/** What an endpoint hands out. */
const given = 'given-90ad3c';

const good = [
  { access_token: given, token_type: 'Bearer', expires_in: 300 },
  {
    access_token: given,
    token_type: 'bearer',
    expires_in: '3600',
    refresh_token: `${given}-next`,
    scope: 'x',
  },
];
const document = {
  issuer: 'https://x.example',
  token_endpoint: 'https://x.example/token',
  authorization_endpoint: 'https://x.example/authorize',
};
const bad = [
  { error: 'invalid_grant', error_description: `no ${sent}` },
  { error: 'invalid_client' },
];

const kinds = ['client-credentials', 'refresh-token', 'code', 'discovery'] as const;
type Kind = (typeof kinds)[number];

type Ask = (
  tokens: TokenExchange,
  kind: Kind,
  url: string,
) => Promise<AccessToken | string | undefined>;

export const ask: Ask = async (tokens, kind, url) => {
  const request = {
    provider: { name: 'acme', documentedHosts: [] },
    connection: 'acme',
    tokenUrl: `${url}/realms/acme/token`,
    clientId: 'trueup',
    signal: new AbortController().signal,
    known: new KnownSecrets(),
  };
  const secret = new Secret(sent);
  switch (kind) {
    case 'client-credentials':
      return tokens.clientCredentials({ ...request, clientSecret: secret });
    case 'refresh-token':
      return usable(await tokens.refreshToken({ ...request, refreshToken: secret }));
    case 'code':
      return tokens.authorizationCode({
        ...request,
        code: secret,
        verifier: secret,
        redirectUri: 'http://127.0.0.1:1/x',
      });
    case 'discovery':
      return tokens.authorizationEndpoint(request);
  }
};

/** Answers of token endpoints and discovery: a token that can be used and saved, an address that is allowed, or a VendorError. */
export const tokenFuzzer = (exchange = ask) =>
  fuzzer({
    name: 'token',
    what: 'answers of token endpoints and of OpenID discovery',
    inputs: fc.record({
      kind: fc.constantFrom(...kinds),
      answer: answers([...good, document], bad),
    }),
    open: async () => {
      const server = await startRawServer();
      const http = clientFor('acme', [server.url], { maxBytes: 64 * 1024, timeoutMs: 250 });
      const tokens = createTokenExchange({ http, clock: { now: () => Date.now() } });
      return {
        check: async ({ kind, answer }) => {
          const made = wireAnswer(answer);
          const { requests } = server.answer(() => made);
          const found = await exchange(tokens, kind, server.url).catch((error: unknown) => {
            must(
              isVendorError(error),
              `not typed: ${error instanceof Error ? error.stack : String(error)}`,
            );
            must(
              error.operation === 'token' && error.context['connection'] === 'acme',
              'the error names no place',
            );
            must(error.message === plainText(error.message, 600), 'the error is no plain line');
            const told = allTextOf(error);
            // As a reason, an endpoint may say whatever it likes.
            const secrets = [
              ...(kind === 'discovery' ? [] : [sent]),
              ...(answer.status < 300 ? [given] : []),
            ];
            must(!secrets.some((text) => told.includes(text)), 'the error tells a token');
          });
          must(requests() <= 24, `${requests()} requests`);
          if (found === undefined) return;
          if (typeof found === 'string') {
            must(URL.parse(found)?.host === new URL(server.url).host, 'sent to another host');
            return;
          }
          must(found.token.reveal() !== '', 'an empty token');
          const ends = new Date(found.expiresAt);
          must(!Number.isNaN(ends.getTime()), 'a token that ends at no time that can be saved');
          must(found.expiresAt >= Date.now() - 60_000, 'a token that ended before it was given');
        },
        close: async () => {
          http.close();
          await server.close();
        },
      };
    },
  });
