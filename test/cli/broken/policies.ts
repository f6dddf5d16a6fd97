import { acme, alloy } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const policy = (what: string, lines: string, ...errors: readonly string[]): BrokenInput => ({
  what: `policy: ${what}`,
  text: acme({}, `${lines.includes('«') ? '' : '«'}policy: ${lines}\n`),
  errors,
});

const share = "is not valid; must be a share such as '30%'";
const duration = "is not valid; must be a duration such as '30m', '12h' or '7d', or 'never'";

/** Modes, limits, durations, and what is ignored. */
export const policies: readonly BrokenInput[] = [
  policy(
    'a mode with a slip',
    '{ «mode: corect }',
    "/policy/mode: is not among the allowed values; did you mean 'correct'?",
  ),
  policy(
    'a mode of other tools',
    '{ «mode: enforce }',
    "/policy/mode: is not among the allowed values; must be 'off', 'report' or 'correct'",
  ),
  policy(
    'a mode that is no text',
    '{ «mode: false }',
    "/policy/mode: is not among the allowed values; must be 'off', 'report' or 'correct'",
  ),
  policy('a list', '[]', '/policy: is a list; must be an object'),
  policy('null', '', '/policy: is null; must be an object'),
  policy(
    'a key with a slip',
    '{ «ignores: [] }',
    "/policy/ignores: unknown key 'ignores'; did you mean 'ignore'?",
  ),
  policy(
    'a share that is a number',
    '{ limits: { «updates: 30 } }',
    "/policy/limits/updates: is a number; must be a share such as '30%'",
  ),
  policy(
    'a share without %',
    '{ limits: { «updates: "0.3" } }',
    `/policy/limits/updates: ${share}`,
  ),
  policy('more than all', '{ limits: { «updates: 101% } }', `/policy/limits/updates: ${share}`),
  policy('a share below zero', '{ limits: { «updates: -1% } }', `/policy/limits/updates: ${share}`),
  policy(
    'limits for no servers',
    '{ limits: { «minimum: 0 } }',
    '/policy/limits/minimum: is too small; must be at least 1',
  ),
  policy(
    'a limit that there is not',
    '{ limits: { «deletes: 10% } }',
    "/policy/limits/deletes: unknown key 'deletes'; known: updates, minimum",
  ),
  policy('a duration in words', '{ «reassertEvery: 7 days }', `/policy/reassertEvery: ${duration}`),
  policy(
    'a duration without a unit',
    '{ «reassertEvery: "7" }',
    `/policy/reassertEvery: ${duration}`,
  ),
  policy(
    'a duration in a unit that it lacks',
    '{ «reassertEvery: 1w }',
    `/policy/reassertEvery: ${duration}`,
  ),
  policy('a duration of nothing', '{ «reassertEvery: 0d }', `/policy/reassertEvery: ${duration}`),
  policy('a duration of ISO 8601', '{ «reassertEvery: P7D }', `/policy/reassertEvery: ${duration}`),
  policy(
    'a duration that is a number',
    '{ «reassertEvery: 7 }',
    "/policy/reassertEvery: is a number; must be a duration such as '30m'",
  ),
  policy('ignore: no list', '{ «ignore: /meta }', '/policy/ignore: is a string; must be a list'),
  policy('ignore: a number', '{ ignore: [«1] }', '/policy/ignore/0: is a number; must be a string'),
  policy(
    'ignore: no slash',
    '{ ignore: [«meta/costCenter] }',
    "/policy/ignore/0: is not a JSON Pointer; did you mean '/meta/costCenter'?",
  ),
  policy(
    'ignore: a path of other tools',
    '{ ignore: [«$.meta.costCenter] }',
    "/policy/ignore/0: is not a JSON Pointer; did you mean '/meta/costCenter'?",
  ),
  policy(
    'ignore: a bad escape',
    '{ ignore: [/meta/a, «/meta/a~b] }',
    "/policy/ignore/1: is not a JSON Pointer; did you mean '/meta/a~0b'? must be a JSON Pointer",
  ),
  policy(
    'ignore: with spec before it',
    '{ ignore: [«/spec/meta/costCenter] }',
    "/policy/ignore/0: does not point to a known field; did you mean '/meta/costCenter'?",
  ),
  policy(
    'ignore: a slip in a field',
    '{ ignore: [«/mta/costCenter] }',
    "/policy/ignore/0: does not point to a known field; did you mean '/meta/costCenter'?",
  ),
  policy(
    'ignore: a field in another spelling',
    '{ ignore: [«/clientId] }',
    "/policy/ignore/0: does not point to a known field; did you mean '/client_id'?",
  ),
  policy(
    'ignore: a field that nobody knows',
    '{ ignore: [«/description] }',
    '/policy/ignore/0: does not point to a known field; known: /name, /slug, /client_id',
  ),
  policy(
    'ignore: inside of a field that is one value',
    '{ ignore: [«/name/first] }',
    '/policy/ignore/0: lies inside /name, which is compared as a whole; must be /name itself',
  ),
  {
    what: 'policy: ignore: beneath a member that not every answer has',
    text: acme(
      {},
      'servers:\n  - { id: one, spec: { meta: { owner: { team: b } } }, policy: { ignore: [«/meta/owner/costCenter] } }\n',
    ),
    errors: [
      '/servers/0/policy/ignore/0: cannot be ignored: /meta/owner is sent whole, and not every answer has it; must be',
    ],
  },
  {
    what: "policy: ignore: the same by the connection's policy",
    text: acme(
      {},
      `policy: { ignore: [/meta/owner/costCenter] }
servers:
  - { id: one, spec: { meta: { «owner: { team: b } } } }
  - { id: two, spec: { meta: { team: b } } }
`,
    ),
    errors: [
      "/servers/0/spec/meta/owner: is sent whole, and the connection's policy ignores something in it",
    ],
  },
  policy(
    'ignore: more than a hundred',
    `{ «ignore: [${Array.from({ length: 101 }, (_, n) => `/meta/m${n}`).join(', ')}] }`,
    '/policy/ignore: is too large; must be at most 100 items long',
  ),
  {
    what: 'policy: ignore: a slip in a section of the restrictions',
    text: alloy('policy: { ignore: [«/restrictions/action/allowedActions] }\n'),
    errors: [
      "/policy/ignore/0: does not point to a known field; did you mean '/restrictions/actions/allowedActions'?",
    ],
  },
  {
    what: 'policy: ignore: a slip at the end of a long pointer',
    text: alloy('policy: { ignore: [«/restrictions/users/allowedId] }\n'),
    errors: [
      "/policy/ignore/0: does not point to a known field; did you mean '/restrictions/users/allowedIds'?",
    ],
  },
  {
    what: 'policy: ignore: one member of a list',
    text: alloy('policy: { ignore: [«/restrictions/users/allowedIds/0] }\n'),
    errors: [
      '/policy/ignore/0: lies inside /restrictions/users/allowedIds, which is compared as a',
    ],
  },
  {
    what: "policy: a server's own, with limits",
    text: acme(
      {},
      'servers:\n  - { id: one, spec: { name: A }, policy: { «limits: { updates: 5% } } }\n',
    ),
    errors: [
      "/servers/0/policy/limits: unknown key 'limits'; known: manage, mode, ignore, reassertEvery",
    ],
  },
  {
    what: 'policy: declared and ignored by the server',
    text: acme(
      {},
      'servers:\n  - id: one\n    spec: { name: A, meta: { team: sales } }\n    policy: { ignore: [«/meta/team] }\n',
    ),
    errors: [
      '/servers/0/policy/ignore/0: is ignored, but also declared in spec; must be in only one of the two',
    ],
  },
  {
    what: 'policy: declared, and ignored by the connection',
    text: acme(
      {},
      'policy: { ignore: [/slug] }\nservers:\n  - id: one\n    spec: { name: A, «slug: a }\n',
    ),
    errors: [
      "/servers/0/spec/slug: is declared, but the connection's policy ignores it; must be in only one of the two",
    ],
  },
];
