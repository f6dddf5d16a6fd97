import fc from 'fast-check';
import { placeholderIssues } from '../../../lib/desired/rules/placeholders.ts';
import type { Json, JsonObject } from '../../../lib/model/json/json.types.ts';

/** Only texts that a declaration may have: `<A>` is refused as a placeholder that was not filled in. */
export const declarable = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  texts.filter((text) => placeholderIssues(text).length === 0);

/** Keys that are trouble where an object is taken for a dictionary or a pointer for a path. */
export const key = fc.constantFrom(
  'a',
  'b',
  'c',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '0',
  'x/y',
  '~',
  '~1',
  '',
);

/** As JSON.parse makes it: `__proto__` is a member like any other. */
function objectOf<T extends Json>(members: fc.Arbitrary<T>, maxLength = 4) {
  return fc
    .array(fc.tuple(key, members), { maxLength })
    .map((entries): JsonObject => Object.fromEntries(entries));
}

const scalar = fc.oneof(
  fc.constantFrom<Json>('', 'a', 'b', 'A ', 0, 1, true, false),
  fc.string({ maxLength: 5 }),
  // Whole numbers beyond 2^53 are not kept exactly, and not sent back: body.test.ts has those.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => !Number.isInteger(number) || Number.isSafeInteger(number))
    .map((number) => number + 0),
);

const tied = fc.letrec<{ json: Json; object: JsonObject; list: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.constant(null),
    tie('list'),
    tie('object') as fc.Arbitrary<Json>,
  ),
  list: fc.array(tie('json'), { maxLength: 3 }),
  object: objectOf(tie('json')),
}));

export const { json, object } = tied;

const text = fc.constantFrom('', 'a', 'b', 'A ');
const members = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 4 });
const optional: { requiredKeys: [] } = { requiredKeys: [] };

const section = fc.record(
  { mode: fc.constantFrom('allowlist', 'blocklist'), allowed: members, blocked: members },
  optional,
);

const metaMember = fc.letrec<{ member: Json }>((tie) => ({
  member: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    objectOf(tie('member'), 3),
  ),
})).member;

const reference = fc.record({ secret: fc.constantFrom('trueup/acme/one', 'trueup/acme/two') });

/** A credential is declared whole. */
const credential = fc.oneof(
  fc.constant({}),
  fc.record({ auth: text, token: reference }),
  fc.record({ auth: text, token: reference, password: reference }),
);

const plain = fc.record(
  {
    name: text,
    description: fc.option(text),
    tags: members,
    client_id: text,
    client_secret: reference,
    meta: objectOf(metaMember),
    restrictions: fc.record({ connectors: section, users: section }, optional),
  },
  optional,
);

/** A declared `spec` for the table of the tests. */
export const spec = fc.tuple(plain, credential).map(([some, others]) => ({ ...some, ...others }));

const liveSection = fc.record(
  { mode: text, allowed: members, blocked: members, unknown: json },
  optional,
);

/** All that a vendor may hold of a server, unknown keys and values that cannot be read included. */
export const vendorState = fc.record(
  {
    name: text,
    description: text,
    tags: members,
    client_id: text,
    client_secret: text,
    auth: text,
    token: text,
    password: text,
    meta: objectOf(metaMember),
    restrictions: fc.record(
      { connectors: liveSection, users: liveSection, unknown: json },
      optional,
    ),
    status: text,
    other: json,
  },
  optional,
) as fc.Arbitrary<JsonObject>;
