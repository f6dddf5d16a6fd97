import { acme, canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const reference = "must be { secret: NAME, key: KEY }, 'key' only if the value is JSON";
const nameRule = "must be a name such as 'trueup/acme/NAME'";

const auth = (what: string, lines: string, ...errors: readonly string[]): BrokenInput => ({
  what: `auth: ${what}`,
  text: acme({ auth: lines }),
  errors,
});

/** A token by reference, of which only what stands between the braces is wrong. */
const token = (what: string, inside: string, ...errors: readonly string[]): BrokenInput =>
  auth(
    `the token's secret: ${what}`,
    `auth: { type: bearer, token: { ${inside} } }`,
    ...errors.map((error) => `/auth/token/secret: ${error}; ${nameRule}`),
  );

const credentials = (lines: string) => `auth:
  type: client-credentials
  client_secret: { secret: trueup/acme/service }
${lines}`;

/** How Trueup proves who it is. */
export const authentication: readonly BrokenInput[] = [
  {
    what: 'auth: nothing of it',
    text: acme({ connection: '«connection: acme', auth: '' }),
    errors: ['/auth: is missing; must be an object'],
  },
  auth('a text', `«auth: ${canary}`, '/auth: is a string; must be an object'),
  auth(
    'no type',
    '«auth: { token: { secret: trueup/acme/token } }',
    "/auth/type: is missing; must be 'bearer', 'client-credentials' or 'refresh-token'",
  ),
  auth(
    'a type with a slip',
    'auth: { «type: client_credentials }',
    "/auth/type: is not among the allowed values; did you mean 'client-credentials'?",
  ),
  auth(
    'a type that nobody knows',
    'auth: { «type: basic }',
    "/auth/type: is not among the allowed values; must be 'bearer', 'client-credentials' or",
  ),
  auth(
    'the token itself',
    `auth: { type: bearer, «token: ${canary} }`,
    `/auth/token: is a string; ${reference}`,
  ),
  auth(
    'the token itself, as a number',
    'auth: { type: bearer, «token: 4711 }',
    `/auth/token: is a number; ${reference}`,
  ),
  auth(
    'the token itself in braces',
    `auth: { type: bearer, «token: { ${canary} } }`,
    `/auth/token: has an unknown key; ${reference}`,
  ),
  auth(
    'the token itself beside its name',
    `auth: { type: bearer, «token: { secret: trueup/acme/token, value: ${canary} } }`,
    `/auth/token: has an unknown key; ${reference}`,
  ),
  auth('no token', '«auth: { type: bearer }', `/auth/token: is missing; ${reference}`),
  auth(
    'a list of tokens',
    'auth: { type: bearer, «token: [] }',
    `/auth/token: is a list; ${reference}`,
  ),
  auth(
    'a token of null',
    'auth: { type: bearer, «token: ~ }',
    `/auth/token: is null; ${reference}`,
  ),
  auth(
    'an empty name',
    'auth: { type: bearer, token: { «secret: "" } }',
    '/auth/token/secret: is empty; must not be empty',
  ),
  auth(
    'a key that is a number',
    'auth: { type: bearer, token: { secret: trueup/acme/token, «key: 1 } }',
    '/auth/token/key: is a number; must be a string: in YAML, put it in quotes',
  ),
  token(
    'outside the prefix',
    `«secret: other/acme/token`,
    "the name does not begin with 'trueup/acme/'",
  ),
  token(
    "another connection's",
    '«secret: trueup/beta/token',
    "the name does not begin with 'trueup/acme/'",
  ),
  token(
    'a name that only begins alike',
    '«secret: trueup/acme-2/token',
    "the name does not begin with 'trueup/acme/'",
  ),
  token(
    'an ARN',
    '«secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:trueup/acme/token-AbCdEf"',
    'the name is an ARN, not a name',
  ),
  token(
    'a way out of the folder',
    '«secret: trueup/acme/../beta/token',
    "the name has an empty, '.' or '..' part",
  ),
  token(
    'nothing behind the prefix',
    '«secret: trueup/acme/',
    "the name has an empty, '.' or '..' part",
  ),
  token(
    'a space',
    `«secret: trueup/acme/my token`,
    'the name has characters other than A-Z a-z 0-9 / _ + = . @ -',
  ),
  token(
    'too long',
    `«secret: trueup/acme/${'t'.repeat(600)}`,
    'the name is longer than 512 characters',
  ),
  auth(
    'no token endpoint',
    credentials('  client_id: trueup').replace('auth:', '«auth:'),
    '/auth/tokenUrl: is missing; must be a string',
  ),
  auth(
    'a token endpoint without TLS',
    credentials('  client_id: trueup\n  «tokenUrl: http://auth.barndoor.ai/token'),
    '/auth/tokenUrl: does not use https; must be https; http is for loopback only',
  ),
  auth(
    'a token endpoint with a password',
    credentials(
      `  client_id: trueup\n  «tokenUrl: https://trueup:${canary}@auth.barndoor.ai/token`,
    ),
    '/auth/tokenUrl: has a user or password; must have neither: see auth',
  ),
  auth(
    'a client id in another spelling',
    credentials('  «clientId: trueup\n  tokenUrl: https://auth.barndoor.ai/token').replace(
      'auth:',
      '«auth:',
    ),
    '/auth/client_id: is missing; must be a string',
    "/auth/clientId: unknown key 'clientId'; did you mean 'client_id'?",
  ),
  auth(
    'a client id that is a number',
    credentials('  «client_id: 4711\n  tokenUrl: https://auth.barndoor.ai/token'),
    '/auth/client_id: is a number; must be a string: in YAML, put it in quotes',
  ),
  auth(
    'a key of another way to sign in',
    'auth: { type: bearer, token: { secret: trueup/acme/token }, «audience: https://barndoor.ai/ }',
    "/auth/audience: unknown key 'audience'; known: type, token",
  ),
  auth(
    'a refresh token itself',
    `auth:
  type: refresh-token
  client_id: trueup
  tokenUrl: https://auth.barndoor.ai/token
  «refresh_token: ${canary}`,
    `/auth/refresh_token: is a string; ${reference}`,
  ),
];
