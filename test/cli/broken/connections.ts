import { acme, canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const nameRule =
  'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen';
const known = 'known: connection, provider, baseUrl, auth, budget, policy, userId, servers';

const named = (what: string, value: string, error: string): BrokenInput => ({
  what: `a connection's name: ${what}`,
  text: acme({ connection: `«connection: ${value}` }),
  errors: [`/connection: ${error}`],
});

const at = (what: string, url: string, error: string): BrokenInput => ({
  what: `baseUrl: ${what}`,
  text: acme({ baseUrl: `«baseUrl: ${url}` }),
  errors: [`/baseUrl: ${error}`],
});

/** The connection itself, without its credentials. */
export const connections: readonly BrokenInput[] = [
  named('upper case', 'Acme', `is not valid; ${nameRule}`),
  named('a hyphen first', '-acme', `is not valid; ${nameRule}`),
  named('too long', 'a'.repeat(64), `is not valid; ${nameRule}`),
  named('empty', '""', `is not valid; ${nameRule}`),
  named('an underscore', 'acme_prod', `is not valid; ${nameRule}`),
  named('a number', '2026', 'is a number; must be a string: in YAML, put it in quotes'),
  named('null', '', 'is null; must be a string'),
  {
    what: 'a connection without a name',
    text: acme({ connection: '', provider: '«provider: barndoor' }),
    errors: ['/connection: is missing; must be a string'],
  },
  {
    what: 'a connection without anything else',
    text: '«««connection: acme\n',
    errors: [
      '/provider: is missing; must be a string',
      '/baseUrl: is missing; must be a string',
      '/auth: is missing; must be an object',
    ],
  },
  {
    what: 'a provider with a slip',
    text: acme({ provider: '«provider: barndor' }),
    errors: ["/provider: is not a known provider; did you mean 'barndoor'? known: alloy, barndoor"],
  },
  {
    what: 'a provider that nobody knows',
    text: acme({ provider: '«provider: okta' }),
    errors: ['/provider: is not a known provider; known: alloy, barndoor'],
  },
  {
    what: 'a provider that is a list',
    text: acme({ provider: '«provider: [barndoor]' }),
    errors: ['/provider: is a list; must be a string'],
  },
  {
    what: 'a key with a slip',
    text: acme({}, '«bugdet: { concurrency: 4 }\n'),
    errors: [`/bugdet: unknown key 'bugdet'; did you mean 'budget'? ${known}`],
  },
  {
    what: 'a key in another spelling',
    text: acme({
      connection: '«connection: acme',
      baseUrl: '«base_url: https://acme.platform.barndoor.ai',
    }),
    errors: [
      '/baseUrl: is missing; must be a string',
      `/base_url: unknown key 'base_url'; did you mean 'baseUrl'? ${known}`,
    ],
  },
  {
    what: 'a key that nobody knows',
    text: acme({}, '«region: eu-west-1\n'),
    errors: [`/region: unknown key 'region'; ${known}`],
  },
  {
    what: 'a key with a space that does not break',
    text: acme({}, '«\u00A0budget: { concurrency: 4 }\n'),
    errors: [`/\u00A0budget: unknown key '\u00A0budget'; did you mean 'budget'? ${known}`],
  },
  {
    what: 'a key of the language itself',
    text: acme({}, '«__proto__: { provider: alloy }\n'),
    errors: ["/__proto__: key '__proto__'; must have another name"],
  },
  {
    what: 'another key of the language itself',
    text: acme({}, '«constructor: { prototype: {} }\n'),
    errors: [`/constructor: unknown key 'constructor'; ${known}`],
  },
  at('no URL', 'acme', 'is not a URL; must be a URL, such as https://gateway.example.com'),
  at('without https', 'acme.platform.barndoor.ai', 'is not a URL; must be a URL, such as https://'),
  at('plain http', 'http://acme.platform.barndoor.ai', 'does not use https; must be https'),
  at('another scheme', 'ftp://acme.platform.barndoor.ai', 'does not use https; must be https'),
  at('a slip in the scheme', 'https//acme.platform.barndoor.ai', 'is not a URL; must be a URL'),
  at('a space', '"https://acme.platform.barndoor.ai /api"', 'is not a URL; must be a URL'),
  at('a backslash', 'https:\\\\acme.platform.barndoor.ai', 'is not a URL; must be a URL'),
  at(
    'an impossible port',
    'https://acme.platform.barndoor.ai:99999',
    'is not a URL; must be a URL',
  ),
  at('half an address', 'https://[::1/api', 'is not a URL; must be a URL'),
  at(
    'a password in it',
    `https://me:${canary}@acme.platform.barndoor.ai`,
    'has a user or password; must have neither: see auth',
  ),
  at('a query', `https://acme.platform.barndoor.ai?key=${canary}`, 'has a query; must not have'),
  at('a fragment', 'https://acme.platform.barndoor.ai#servers', 'has a fragment; must not have'),
  at('a number', '443', 'is a number; must be a string: in YAML, put it in quotes'),
  at(
    'the address of the machine that it runs on',
    'https://169.254.169.254/latest',
    "resolves to an address that is never allowed: link-local, or not of a single host; must have the gateway's host",
  ),
  {
    what: 'a budget below the least',
    text: acme({}, 'budget: { «requestsPerMinute: 19 }\n'),
    errors: ['/budget/requestsPerMinute: is too small; must be at least 20'],
  },
  {
    what: 'a budget above the most',
    text: acme({}, 'budget: { «requestsPerMinute: 100001 }\n'),
    errors: ['/budget/requestsPerMinute: is too large; must be at most 100000'],
  },
  {
    what: 'half a request',
    text: acme({}, 'budget: { «requestsPerMinute: 20.5 }\n'),
    errors: ['/budget/requestsPerMinute: is not a whole number; must be a whole number'],
  },
  {
    what: 'a budget in quotes',
    text: acme({}, 'budget: { «requestsPerMinute: "300" }\n'),
    errors: ['/budget/requestsPerMinute: is a string; must be a number'],
  },
  {
    what: 'no concurrency at all, and a rate below zero',
    text: acme({}, 'budget:\n  «concurrency: 0\n  «requestsPerMinute: -1\n'),
    errors: [
      '/budget/concurrency: is too small; must be at least 1',
      '/budget/requestsPerMinute: is too small; must be at least 20',
    ],
  },
  {
    what: 'too much at the same time',
    text: acme({}, 'budget: { «concurrency: 21 }\n'),
    errors: ['/budget/concurrency: is too large; must be at most 20'],
  },
  {
    what: 'a budget that is a number',
    text: acme({}, '«budget: 300\n'),
    errors: ['/budget: is a number; must be an object'],
  },
  {
    what: 'a key of the budget with a slip',
    text: acme({}, 'budget: { «requestPerMinute: 300 }\n'),
    errors: [
      "/budget/requestPerMinute: unknown key 'requestPerMinute'; did you mean 'requestsPerMinute'?",
    ],
  },
  {
    what: 'a user with a space',
    text: acme({}, '«userId: Jane Doe\n'),
    errors: ['/userId: is not valid; must be 1 to 256 printable ASCII characters without spaces'],
  },
];
