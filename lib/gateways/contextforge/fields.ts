import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import { secretReferenceSchema } from '../../desired/rules/schema.ts';
import { credentialProblems } from './credential.ts';

/** Comparable by what the gateway makes the id of a tag from [run]. */
const tagId = (label: string) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const spec = z
  .strictObject({
    name: described(
      z.optional(
        z
          .string()
          .check(
            z.regex(
              /^(?! )[\p{L}\p{N}_. -]{1,255}(?<! )$/u,
              "must be 1 to 255 letters, digits, '_', '-', '.' and inner spaces",
            ),
          ),
      ),
      'Name; unique without regard to case, space and punctuation',
    ),
    url: described(
      z.optional(
        z
          .string()
          .check(
            z.regex(
              /^https?:\/\/[^/@?#\s]+(?:[/?#]\S*)?$/,
              "must begin with 'http://' or 'https://' and a host, without user and password",
            ),
            z.regex(
              /^(?!https?:\/\/127\.0\.0\.1(?:[:/?#]|$))/,
              "must have the host 'localhost': the gateway writes 127.0.0.1 so",
            ),
          ),
      ),
      'Address of the MCP server',
    ),
    description: described(
      z.optional(
        z
          .string()
          .check(
            z.maxLength(8192),
            z.regex(/^[^<>]*$/, "must not have '<' and '>': the gateway takes tags out"),
          ),
      ),
      'Description, at most 8,192 characters; an empty text clears it',
    ),
    transport: described(
      z.optional(z.enum(['STREAMABLEHTTP', 'SSE'])),
      'How the gateway talks to the MCP server: STREAMABLEHTTP or SSE',
    ),
    tags: described(
      z.optional(
        z
          .array(
            z
              .string()
              .check(
                z.regex(
                  /^(?!\s).{2,}(?<!\s)$/su,
                  'must have at least two characters, no space at either end',
                ),
              ),
          )
          .check(
            z.refine((tags) => new Set(tags.map(tagId)).size === tags.length, {
              error: 'must differ in more than case, space and punctuation',
            }),
          ),
      ),
      'Labels; order means nothing, an empty list clears them',
    ),
    passthroughHeaders: described(
      z.optional(z.array(z.string().check(z.minLength(1)))),
      "Names of the client's headers that reach the MCP server; an empty list means none",
    ),
    visibility: described(
      z.optional(z.enum(['public', 'team', 'private'])),
      "Who sees it; with `private`, the token that Trueup uses must be its owner's",
    ),
    authType: described(
      z.optional(z.enum(['none', 'bearer', 'basic'])),
      'How the gateway signs in at the MCP server: bearer with `authToken`, basic with `authUsername` and `authPassword`, or none',
    ),
    authToken: described(
      z.optional(secretReferenceSchema),
      'Token of `authType: bearer`, by reference: { secret: name, key: key }; write-only',
    ),
    authUsername: described(
      z.optional(z.string().check(z.minLength(1))),
      'User of `authType: basic`',
    ),
    authPassword: described(
      z.optional(secretReferenceSchema),
      'Password of `authType: basic`, by reference: { secret: name, key: key }; write-only',
    ),
  })
  .check(
    z.superRefine((value, context) => {
      for (const { key, problem, expected } of credentialProblems(value)) {
        context.addIssue({ code: 'custom', path: [key], message: problem, params: { expected } });
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

/** A credential is replaced whole: its type, user and secret in one PUT [run]. */
const credential = { ...plain, group: 'credential' } as const;
const secret = { ...credential, access: 'secret', showsAbsence: true } as const;

const otherCredential = 'is a credential that cannot be declared: what is stored is kept';

const computed = (key: string): FieldSpec => ({ ...plain, pointer: `/${key}`, access: 'computed' });

/**
 * Fields of ContextForge's `gateways`, as version 1.1.0 was seen to treat them [run]. A credential in headers, OAuth or query
 * parameters cannot be declared. A stored one is kept by the mask, as any other:
 *
 * - `authHeaders` is replaced whole. The mask keeps the value of a header that is stored under the same name, in the same case; under any
 *   other name the mask itself becomes the value, and the answer looks the same. Of two headers of one name the last is kept.
 * - `oauthConfig` is replaced whole, `client_secret` with it where it is left out, and with each PUT the gateway asks the token endpoint.
 *   `authType: none` does not clear it.
 */
export const contextForgeFields: FieldTable = {
  fields: [
    { ...plain, pointer: '/name', unique: 'slug' },
    { ...plain, pointer: '/url' },
    { ...plain, pointer: '/description' },
    { ...plain, pointer: '/transport' },
    { ...plain, pointer: '/tags', compare: 'set' },
    { ...plain, pointer: '/passthroughHeaders', compare: 'set', accessRule: true },
    { ...plain, pointer: '/visibility', accessRule: true },
    { ...credential, pointer: '/authType' },
    { ...secret, pointer: '/authToken' },
    { ...credential, pointer: '/authUsername' },
    { ...secret, pointer: '/authPassword' },
    ...[
      'id',
      'slug',
      'enabled',
      'reachable',
      'status',
      'capabilities',
      'toolCount',
      'version',
      'createdAt',
      'updatedAt',
      'lastSeen',
      'teamId',
      'team',
      'ownerEmail',
      'createdBy',
      'modifiedBy',
      'gatewayMode',
      'refreshIntervalSeconds',
    ].map(computed),
    ...[
      'authHeaders',
      'authHeaderKey',
      'authHeaderValue',
      'authValue',
      'oauthConfig',
      'authQueryParamKey',
      'authQueryParamValue',
    ].map((key) => ({ ...computed(key), refusal: otherCredential })),
  ],
  spec,
  // It calls the MCP server before it stores anything, with the credential if there is one [run].
  creation: { foundBy: '/name', required: ['/name', '/url'], withSecrets: true },
  // A PUT during which the tools of the MCP server change is answered with 200 and dropped [run].
  dropsPuts: true,
};
