import { acme, alloy, canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const servers = (what: string, lines: string, ...errors: readonly string[]): BrokenInput => ({
  what: `servers: ${what}`,
  text: acme({}, `${lines.includes('«') ? '' : '«'}servers: ${lines}\n`),
  errors,
});

/** One server of which only `spec`, between its braces, is wrong. */
const spec = (what: string, inside: string, ...errors: readonly string[]): BrokenInput => ({
  what: `spec: ${what}`,
  text: acme({}, `servers:\n  - id: one\n    spec: { ${inside} }\n`),
  errors: errors.map((error) => `/servers/0/spec/${error}`),
});

const restricted = (what: string, inside: string, ...errors: readonly string[]): BrokenInput => ({
  what: `restrictions: ${what}`,
  text: alloy(`servers:\n  - id: one\n    spec:\n      restrictions: { ${inside} }\n`),
  errors: errors.map((error) => `/servers/0/spec/restrictions/${error}`),
});

const idRule = "is not valid; must be an id: 1 to 128 characters without '#', '/', white";
const labelRule =
  'is not valid; must be 1 to 128 printable characters, with no space at the start or end';
const reference = "must be { secret: NAME, key: KEY }, 'key' only if the value is JSON";
const once = 'must be unique in its connection';

/** Forty objects in each other; the first that is too many is marked. */
const nested = `${'{ a: '.repeat(31)}{ «a: ${'{ a: '.repeat(8)}1${' }'.repeat(40)}`;

/** Servers, and what they should be. */
export const serverInputs: readonly BrokenInput[] = [
  servers(
    'an object by id',
    '{ one: { spec: { name: A } } }',
    '/servers: is an object; must be a list',
  ),
  servers('null', '', '/servers: is null; must be a list'),
  servers('only ids', '[«one]', '/servers/0: is a string; must be an object'),
  servers(
    'no id',
    '[«{ spec: { name: A } }]',
    '/servers/0: has neither id nor label; must have the id of a live server',
  ),
  servers(
    'an id that is a number',
    '[{ «id: 42, spec: {} }]',
    '/servers/0/id: is a number; must be a string: in YAML',
  ),
  servers('an id with a slash', '[{ «id: a/b, spec: {} }]', `/servers/0/id: ${idRule}`),
  servers('an id with a hash', '[{ «id: server#one, spec: {} }]', `/servers/0/id: ${idRule}`),
  servers('an id that leads out', '[{ «id: .., spec: {} }]', `/servers/0/id: ${idRule}`),
  servers('an empty id', '[{ «id: "", spec: {} }]', `/servers/0/id: ${idRule}`),
  servers(
    'an id of 129 characters',
    `[{ «id: ${'i'.repeat(129)}, spec: {} }]`,
    `/servers/0/id: ${idRule}`,
  ),
  servers(
    'a label of several lines',
    '[{ id: one, «label: "a\\nb", spec: {} }]',
    `/servers/0/label: ${labelRule}`,
  ),
  servers(
    'a label with a space first',
    '[{ id: one, «label: " a", spec: {} }]',
    `/servers/0/label: ${labelRule}`,
  ),
  servers(
    'an empty label',
    '[{ id: one, «label: "", spec: {} }]',
    `/servers/0/label: ${labelRule}`,
  ),
  servers(
    'a label that writes backwards',
    '[{ id: one, «label: "a\\u202Eb", spec: {} }]',
    `/servers/0/label: ${labelRule}`,
  ),
  servers('no spec', '[«{ id: one }]', '/servers/0/spec: is missing; must be an object'),
  servers(
    'spec as a list',
    '[{ id: one, «spec: [name] }]',
    '/servers/0/spec: is a list; must be an object',
  ),
  servers('spec of null', '[{ id: one, «spec: }]', '/servers/0/spec: is null; must be an object'),
  servers(
    'fields beside spec',
    '[{ id: one, spec: {}, «slug: a }]',
    "/servers/0/slug: unknown key 'slug'; known: id, label, state, spec, policy",
  ),
  servers(
    'an id twice',
    '\n  - { id: one, spec: {} }\n  - { «id: one, spec: {} }',
    `/servers/1/id: repeats the id of /servers/0; ${once}`,
  ),
  servers(
    'a label twice, whatever the case',
    '\n  - { id: one, label: Prod, spec: {} }\n  - { id: two, spec: {} }\n  - { id: three, «label: prod, spec: {} }',
    `/servers/2/label: repeats the label of /servers/0; ${once}`,
  ),
  servers(
    'a name twice, whatever the spaces',
    '\n  - { id: one, spec: { name: Sales } }\n  - { id: two, spec: { «name: " sales " } }',
    `/servers/1/spec/name: repeats the name of /servers/0; ${once}`,
  ),
  servers(
    'a slug twice',
    '\n  - { id: one, spec: { slug: sales } }\n  - { id: two, spec: { «slug: sales } }',
    `/servers/1/spec/slug: repeats the slug of /servers/0; ${once}`,
  ),
  spec(
    'a field in another spelling',
    '«clientId: a',
    "clientId: unknown key 'clientId'; did you mean 'client_id'?",
  ),
  spec(
    'a field of another vendor',
    '«instructions: Be kind',
    "instructions: unknown key 'instructions'; known: name, slug, client_id",
  ),
  spec(
    "the gateway's own field",
    '«connection_status: connected',
    'connection_status: is computed by the gateway; must be left out',
  ),
  spec('an empty name', '«name: " "', 'name: is not valid; must not be empty'),
  spec(
    'a name that is a number',
    '«name: 42',
    'name: is a number; must be a string: in YAML, put it in quotes',
  ),
  spec(
    'a name of null',
    '«name: ~',
    'name: is null, which does not clear this field; must be left out or set',
  ),
  spec(
    'upper case in a slug',
    '«slug: Sales',
    'slug: is not valid; must consist of a-z, 0-9 and -',
  ),
  spec('a secret itself', `«client_secret: ${canary}`, `client_secret: is a string; ${reference}`),
  spec('a list of secrets', '«client_secret: [a]', `client_secret: is a list; ${reference}`),
  spec(
    'a secret of null',
    '«client_secret: ~',
    'client_secret: is null, which does not clear this field; must be left out or set',
  ),
  spec(
    'a secret itself under a wrong key',
    `«client_secret: { value: ${canary} }`,
    `client_secret: has an unknown key; ${reference}`,
  ),
  spec(
    'the secret of another connection',
    'client_secret: { «secret: trueup/beta/sales }',
    "client_secret/secret: the name does not begin with 'trueup/acme/'; must be a name such as",
  ),
  spec(
    'an ARN',
    'client_secret: { «secret: "arn:aws:secretsmanager:eu-west-1:1:secret:x" }',
    'client_secret/secret: the name is an ARN, not a name; must be a name such as',
  ),
  spec(
    'a mask for a client id',
    '«client_id: 3MVG...xyz',
    'client_id: is a mask that the gateway shows in place of the value; must be the value itself',
  ),
  spec(
    'asterisks for a client id',
    '«client_id: "********"',
    'client_id: is a mask that the gateway shows in place of the value; must be the value',
  ),
  ...[
    '"3MVG9abcdef\\n"',
    '" 3MVG9"',
    '"3MVG 9"',
    '"3MVG\\t9"',
    '"3MVG\\u200b9"',
    '"3MVG\\u00ad9"',
    '"\\u202e3MVG9"',
    '"3MVG9\\u00a0"',
    '"\\ufeff3MVG9"',
    '"3MVG9\\u2028"',
    '"3MVG9\\u2800"',
    '"3MVG9\\u3164"',
  ].map((text) =>
    spec(
      `a client id with what is not seen: ${text}`,
      `«client_id: ${text}`,
      'client_id: is not valid; must have no white space, control or invisible characters',
    ),
  ),
  {
    what: 'spec: a client id as a block',
    text: acme({}, 'servers:\n  - id: one\n    spec:\n      «client_id: |\n        3MVG9\n'),
    errors: [
      '/servers/0/spec/client_id: is not valid; must have no white space, control or invisible',
    ],
  },
  ...['${SF_CLIENT_ID}', '${{ secrets.ID }}', '{{id}}', '{{ .Values.id }}', '<client-id>'].map(
    (text) =>
      spec(
        `a placeholder: ${text}`,
        `«client_id: "${text}"`,
        'client_id: is a placeholder that was not filled in; must be the value itself',
      ),
  ),
  spec(
    'placeholders in other places',
    '«name: "${NAME}", meta: { team: [«"{{team}}", "{{a}} and {{b}}", "a ${b}", "<", "{}"] }',
    'name: is a placeholder that was not filled in; must be the value itself',
    'meta/team/0: is a placeholder that was not filled in; must be the value itself',
  ),
  spec('metadata that is a text', '«meta: team=sales', 'meta: is a string; must be an object'),
  spec(
    'metadata of null',
    'meta: { team: sales, «owner: ~ }',
    'meta/owner: is null, which does not clear this field; must be left out or set',
  ),
  spec(
    'metadata with a key of the language',
    'meta: { «__proto__: { admin: true } }',
    "meta/__proto__: key '__proto__'; must have another name",
  ),
  spec(
    'metadata nested without end',
    `meta: ${nested}`,
    `meta${'/a'.repeat(32)}: is nested deeper than 35 levels; must have fewer levels`,
  ),
  {
    what: 'spec: larger than a row may be',
    text: acme(
      {},
      `servers:\n  - id: one\n    «spec: { name: A, meta: { note: ${'n'.repeat(360_000)} } }\n`,
    ),
    errors: [
      '/servers/0/spec: is larger than 350000 bytes; must be smaller: a row of the table has at most',
    ],
  },
  {
    what: 'servers: more values than a declaration has',
    text: `«${acme({}, `servers: [${'{}, '.repeat(100_001)}]\n`)}`,
    errors: ['(root): holds more than 100000 values; must be smaller'],
  },
  restricted(
    'a mode with a slip',
    'actions: { «mode: allow_list }',
    "actions/mode: is not among the allowed values; did you mean 'allowlist'?",
  ),
  restricted(
    'a list that is a text',
    'users: { mode: allowlist, «allowedIds: jane }',
    'users/allowedIds: is a string; must be a list',
  ),
  restricted(
    'a list of numbers',
    'users: { mode: allowlist, allowedIds: [«42] }',
    'users/allowedIds/0: is a number; must be a string: in YAML',
  ),
  restricted(
    'a list of another section',
    'users: { mode: allowlist, «allowedActions: [read] }',
    "users/allowedActions: unknown key 'allowedActions'; known: mode, allowedIds, blockedIds",
  ),
  restricted(
    'a section with a slip',
    '«action: { mode: allowlist }',
    "action: unknown key 'action'; did you mean 'actions'? known: connectors, actions, users",
  ),
  {
    what: 'restrictions: null',
    text: alloy('servers: [{ id: one, spec: { «restrictions: } }]\n'),
    errors: ['/servers/0/spec/restrictions: is null; must be an object'],
  },
  {
    what: 'restrictions: a name that is too long',
    text: alloy(`servers: [{ id: one, spec: { «name: ${'n'.repeat(101)} } }]\n`),
    errors: ['/servers/0/spec/name: is too large; must be at most 100 characters long'],
  },
];
