import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import { identifier } from '../../model/names/identifier.ts';
import { secretReferenceSchema } from '../../desired/rules/schema.ts';

/**
 * The registry API shows only the ends of a client id, such as `ab...yz` [doc]. [guess] Other masks (three or more
 * dots, an ellipsis, asterisks; up to four characters at each end) are recognised too.
 */
const mask = /^(?:[^.*…]{1,4}(?:\.{3,}|…|\*{3,})[^.*…]{1,4}|[*•]+)$/u;

/** A member of `meta`. Null is not allowed: the vendor merges, and null does not clear [doc]. */
const metaValue: z.ZodMiniType = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.json()),
    z.record(z.string(), metaValue),
  ]),
);

const spec = z.lazy(() =>
  z.strictObject({
    name: described(
      z.optional(z.string().check(z.regex(/\S/, 'must not be empty'))),
      'Display name; unique in the organization, ignoring case and outer white space',
    ),
    slug: described(
      z.optional(z.string().check(z.regex(/^[a-z0-9-]+$/, 'must consist of a-z, 0-9 and -'))),
      'Identifier in URLs: lower-case letters, digits and hyphens',
    ),
    client_id: z.optional(
      identifier('OAuth client id, the real value; write-only: it cannot be read back'),
    ),
    client_secret: described(
      z.optional(secretReferenceSchema),
      'OAuth client secret, by reference: { secret: name, key: key }; write-only',
    ),
    mcp_server_directory_id: described(
      z.optional(
        z
          .string()
          .check(
            z.regex(
              /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
              'must be a UUID: the id of an entry in the directory',
            ),
          ),
      ),
      'The directory entry from which a new server is created; only for servers that Trueup creates',
    ),
    meta: described(
      z.optional(z.record(z.string(), metaValue)),
      'Metadata. Only the declared members are managed; the gateway keeps the others. If an answer does not have it, the sent value is assumed',
    ),
  }),
);

const plain = {
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

const computed = (pointer: string): FieldSpec => ({ ...plain, pointer, access: 'computed' });

/**
 * Barndoor's server fields [doc]. `client_id` is shown only by the registry API, masked; `client_secret` never; `meta`
 * is merged by the vendor, and shown only by the registry API.
 */
export const barndoorFields: FieldTable = {
  fields: [
    { ...plain, pointer: '/name', access: 'read-write', unicode: 'NFC', unique: 'caseless' },
    { ...plain, pointer: '/slug', access: 'read-write', unique: 'caseless' },
    { ...plain, pointer: '/client_id', access: 'write-only', mask },
    { ...plain, pointer: '/client_secret', access: 'secret' },
    {
      ...plain,
      pointer: '/mcp_server_directory_id',
      access: 'read-write',
      createOnly: true,
    },
    { ...plain, pointer: '/meta', access: 'read-write', compare: 'subset', replaces: 'member' },
    computed('/id'),
    computed('/connection_status'),
    computed('/provider'),
    computed('/url'),
  ],
  spec,
  // The credentials are sent by a later PUT, so that a create request whose answer is lost has no secret [doc].
  creation: {
    foundBy: '/name',
    required: ['/name', '/mcp_server_directory_id'],
    withSecrets: false,
  },
};
