import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import { liteLlmSpec } from './spec.ts';

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

/** Sent in one PUT, because the type without its credentials erases them [run]. */
const credential = { ...plain, group: 'credential' } as const;
const hidden = { ...credential, showsAbsence: true } as const;
/** The gateway rejects a transport without a URL [run]. */
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

/** Fields whose value in a list may be discovered by the gateway itself [run]. */
const found = flow.slice(0, 4);

/** Members of the credential that are not secret. They are shown, but a list has only the scopes [run]. */
const shown = ['scopes', 'upstream_resource', 'upstream_token_header'].map(
  (key) => `/credentials/${key}`,
);

const adds = (before: Json | undefined, after: Json): boolean =>
  Array.isArray(after) && after.some((one) => !(Array.isArray(before) && before.includes(one)));

const isOn = (before: Json | undefined, after: Json): boolean => after === true && before !== true;

const computed = (key: string): FieldSpec => ({ ...plain, pointer: `/${key}`, access: 'computed' });

const notListed = "is not in the gateway's list; the stored value is kept";

const inClear = 'may contain secrets and is shown in clear text; the stored value is kept';

/**
 * Fields of LiteLLM's MCP servers, as observed with version 1.105.7 [run], with a replacement for Prisma's query
 * engine. `static_headers`, `env` and `env_vars` are shown in clear text to an administrator, and cannot be declared.
 *
 * - `credentials` is merged by key, or replaced as a whole if `auth_type` changes.
 * - A list shows effective values; PUT and GET show stored ones.
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
    { ...credential, pointer: '/auth_type', clears: [...flow, ...shown] },
    { ...hidden, pointer: '/credentials/auth_value', access: 'secret' },
    { ...hidden, pointer: '/credentials/client_id', access: 'write-only' },
    { ...hidden, pointer: '/credentials/client_secret', access: 'secret' },
    { ...list, pointer: '/credentials/scopes', group: 'credential' },
    ...flow.map((pointer): FieldSpec => ({
      ...(found.includes(pointer) ? nullable : clearable),
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
    ...shown.slice(1).map((pointer) => ({ ...computed(pointer.slice(1)), refusal: notListed })),
  ],
  spec: liteLlmSpec,
  // Created with its credential: otherwise the server would be open until the PUT, and that PUT would clear the OAuth
  // flow by changing the type [run].
  creation: {
    foundBy: '/server_name',
    required: ['/server_name', '/url'],
    withSecrets: true,
    choosesId: true,
  },
};
