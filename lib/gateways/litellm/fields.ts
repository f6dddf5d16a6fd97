import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { identifier } from '../../model/names/identifier.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import { secretReferenceSchema } from '../../desired/rules/schema.ts';
import { authTypes, credentialProblems } from './credential.ts';

const name = (what: string) =>
  described(
    z.optional(
      z
        .string()
        .check(z.regex(/^[A-Za-z0-9_.]{1,128}$/, "must be 1 to 128 letters, digits, '_' and '.'")),
    ),
    what,
  );

const text = (what: string) => described(z.optional(z.nullable(z.string())), what);

const listOf = (what: string) =>
  described(z.optional(z.array(z.string().check(z.minLength(1)))), what);

const flowText = (what: string) =>
  described(z.optional(z.nullable(z.string().check(z.minLength(1)))), `${what}; null clears it`);

const positive = (number: z.ZodMiniNumber, what: string) =>
  described(
    z.optional(z.nullable(number.check(z.positive()))),
    `${what}; null: no limit of its own`,
  );

const credentials = z.strictObject({
  auth_value: described(
    z.optional(secretReferenceSchema),
    'The credential of every auth_type but oauth2, by reference: { secret: name, key: key }; write-only',
  ),
  client_id: z.optional(identifier('OAuth client id; write-only: it cannot be read back')),
  client_secret: described(
    z.optional(secretReferenceSchema),
    'OAuth client secret, by reference: { secret: name, key: key }; write-only',
  ),
  scopes: listOf('OAuth scopes; order means nothing'),
  upstream_resource: z.optional(identifier('Resource that a token is asked for (RFC 8707)')),
  upstream_token_header: z.optional(identifier('Header that carries the token to the MCP server')),
});

const spec = z
  .strictObject({
    server_name: name('Name; unique among names and aliases, without regard to case'),
    alias: described(
      z.optional(
        z.nullable(
          z
            .string()
            .check(
              z.regex(/^[A-Za-z0-9_.]{1,128}$/, "must be 1 to 128 letters, digits, '_' and '.'"),
            ),
        ),
      ),
      'What tools are prefixed with; null: the name. Undeclared, it stays as it is when the name changes',
    ),
    description: text('Description; null clears it'),
    instructions: text('Instructions for the assistant; null clears them'),
    url: described(
      z.optional(
        z
          .string()
          .check(
            z.regex(
              /^https?:\/\/[^/@?#\s]+(?:[/?#]\S*)?$/,
              "must begin with 'http://' or 'https://' and a host, without user and password",
            ),
          ),
      ),
      'Address of the MCP server. A change clears the fields of the OAuth flow: Trueup sends those that are declared again',
    ),
    transport: described(
      z.optional(z.enum(['http', 'sse'])),
      'How the gateway talks to the MCP server: http or sse; declared with `url`',
    ),
    auth_type: described(
      z.optional(z.enum(authTypes)),
      'How the gateway signs in at the MCP server; declared with its `credentials`',
    ),
    credentials: described(
      z.optional(credentials),
      'What `auth_type` needs; sent together with it',
    ),
    issuer: flowText('Issuer of tokens'),
    authorization_url: flowText('Authorization endpoint'),
    token_url: flowText('Token endpoint'),
    registration_url: flowText('Registration endpoint'),
    oauth2_flow: described(
      z.optional(z.nullable(z.enum(['client_credentials', 'authorization_code']))),
      'client_credentials or authorization_code; null clears it',
    ),
    audience: flowText('Audience of a token exchange'),
    token_exchange_endpoint: flowText('Endpoint of a token exchange'),
    token_exchange_profile: flowText('Profile of a token exchange'),
    subject_token_type: flowText('Type of the token that is exchanged'),
    dcr_bridge: described(
      z.optional(z.nullable(z.boolean())),
      'Whether clients register through the gateway; null clears it',
    ),
    allowed_tools: described(
      z.optional(
        z.nullable(
          z
            .array(z.string().check(z.minLength(1)))
            .check(
              z.minLength(1, 'must not be empty: an empty list allows all tools; null says so'),
            ),
        ),
      ),
      'Tools that may be called; null: all of them. An empty list is refused: it would allow all',
    ),
    mcp_access_groups: listOf('Groups that may use the server; an empty list means none'),
    allow_all_keys: described(z.optional(z.boolean()), 'Whether every key may use the server'),
    available_on_public_internet: described(
      z.optional(z.boolean()),
      'Whether callers from public addresses may use the server',
    ),
    extra_headers: listOf(
      "Names of the client's headers that reach the MCP server; an empty list means none",
    ),
    timeout: positive(z.number(), 'Seconds that a call may take'),
    max_concurrent_requests: positive(z.int(), 'Calls at once'),
  })
  .check(
    z.superRefine((value, context) => {
      for (const { path, problem, expected } of credentialProblems(
        value.auth_type,
        value.credentials,
      )) {
        context.addIssue({
          code: 'custom',
          path: [...path],
          message: problem,
          params: { expected },
        });
      }
      if (value.transport !== undefined && value.url === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['transport'],
          message: 'lacks url',
          params: { expected: 'must be declared with url: the gateway takes them together' },
        });
      }
    }),
  );

const plain = {
  access: 'read-write',
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

const nullable = { ...plain, absent: { means: 'value', value: null } } as const;
const clearable = { ...nullable, nullClears: true } as const;
const list = { ...plain, compare: 'set', absent: { means: 'value', value: [] } } as const;
const rule = { accessRule: true } as const;

/** Sent in one PUT: the type without its credentials erases them [run]. */
const credential = { ...plain, group: 'credential' } as const;
const hidden = { ...credential, showsAbsence: true } as const;
/** The gateway refuses a transport without a URL [run]. */
const address = { ...nullable, group: 'address' } as const;

const flow = [
  'issuer',
  'authorization_url',
  'token_url',
  'registration_url',
  'oauth2_flow',
  'audience',
  'token_exchange_endpoint',
  'token_exchange_profile',
  'subject_token_type',
  'dcr_bridge',
].map((key) => `/${key}`);

const ownCredential = [
  '/credentials/scopes',
  ...['resource', 'token_header'].map((key) => `/credentials/upstream_${key}`),
];

const adds = (before: Json | undefined, after: Json): boolean =>
  Array.isArray(after) && after.some((one) => !(Array.isArray(before) && before.includes(one)));

const isOn = (before: Json | undefined, after: Json): boolean => after === true && before !== true;

const computed = (key: string): FieldSpec => ({ ...plain, pointer: `/${key}`, access: 'computed' });

const inClear = 'may hold secrets, and is shown in clear: what is stored is kept';

/**
 * Fields of LiteLLM's MCP servers, as version 1.105.7 was seen to treat them [run]; a stand-in was in the place of Prisma's
 * query engine. `static_headers`, `env` and `env_vars` are shown in clear to an administrator, and cannot be declared.
 *
 * - `credentials` is merged by key, unless `auth_type` changes: then it is replaced whole.
 * - A change of `url`, `auth_type` or `issuer` clears the fields of the OAuth flow that the PUT leaves out or repeats.
 */
export const liteLlmFields: FieldTable = {
  fields: [
    { ...nullable, pointer: '/server_name', unique: 'caseless' },
    { ...clearable, pointer: '/alias', unique: 'caseless' },
    { ...clearable, pointer: '/description' },
    { ...clearable, pointer: '/instructions' },
    { ...address, pointer: '/url', clears: flow },
    { ...address, pointer: '/transport', absent: { means: 'unreadable' } },
    { ...credential, pointer: '/auth_type', clears: [...flow, ...ownCredential] },
    { ...hidden, pointer: '/credentials/auth_value', access: 'secret' },
    { ...hidden, pointer: '/credentials/client_id', access: 'write-only' },
    { ...hidden, pointer: '/credentials/client_secret', access: 'secret' },
    { ...list, pointer: '/credentials/scopes', group: 'credential' },
    { ...nullable, pointer: '/credentials/upstream_resource', group: 'credential' },
    { ...nullable, pointer: '/credentials/upstream_token_header', group: 'credential' },
    ...flow.map((pointer): FieldSpec => ({
      ...clearable,
      pointer,
      ...(pointer === '/issuer' && { clears: flow.filter((one) => one !== pointer) }),
    })),
    {
      ...clearable,
      ...rule,
      compare: 'set',
      pointer: '/allowed_tools',
      // Null allows all of them.
      loosens: (before, after) => before !== null && (after === null || adds(before, after)),
    },
    { ...list, ...rule, pointer: '/mcp_access_groups', loosens: adds },
    { ...plain, ...rule, pointer: '/allow_all_keys', loosens: isOn },
    { ...plain, ...rule, pointer: '/available_on_public_internet', loosens: isOn },
    { ...list, ...rule, pointer: '/extra_headers' },
    { ...clearable, pointer: '/timeout' },
    { ...clearable, pointer: '/max_concurrent_requests' },
    ...[
      'server_id',
      'is_config',
      'status',
      'last_health_check',
      'health_check_error',
      'created_at',
      'created_by',
      'updated_at',
      'updated_by',
      'teams',
      'approval_status',
      'pinned_tools',
    ].map(computed),
    ...['static_headers', 'env', 'env_vars'].map((key) => ({ ...computed(key), refusal: inClear })),
  ],
  spec,
};
