import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import { secretReferenceSchema } from '../../desired/rules/schema.ts';
import { credentialProblems } from './credential.ts';

/** The id that the gateway derives from a tag's label [run]. */
const tagId = (label: string) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const spec = z.lazy(() =>
  z
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
        'Name; unique, ignoring case, spaces and punctuation',
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
                "must use the host 'localhost', to which the gateway changes 127.0.0.1",
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
              z.regex(/^[^<>]*$/, "must not have '<' or '>': the gateway removes tags"),
            ),
        ),
        'Description, at most 8,192 characters; an empty text clears it',
      ),
      transport: described(
        z.optional(z.enum(['STREAMABLEHTTP', 'SSE'])),
        'Transport to the MCP server: STREAMABLEHTTP or SSE',
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
                    'must have at least two characters and no space at the start or end',
                  ),
                ),
            )
            .check(
              z.refine((tags) => new Set(tags.map(tagId)).size === tags.length, {
                error: 'must differ in more than case, space and punctuation',
              }),
            ),
        ),
        'Labels; order does not matter, an empty list removes them',
      ),
      passthroughHeaders: described(
        z.optional(z.array(z.string().check(z.minLength(1)))),
        "Names of the client's headers that are passed to the MCP server; an empty list means none",
      ),
      visibility: described(
        z.optional(z.enum(['public', 'team', 'private'])),
        "Who sees it; with `private`, the token that Trueup uses must be its owner's",
      ),
      authType: described(
        z.optional(z.enum(['none', 'bearer', 'basic'])),
        'How the gateway signs in to the MCP server: bearer with `authToken`, basic with `authUsername` and `authPassword`, or none',
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
    ),
);

const plain = {
  access: 'read-write',
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

/** A credential is replaced as a whole: type, user and secret in one PUT [run]. */
const credential = { ...plain, group: 'credential' } as const;
const secret = { ...credential, access: 'secret', showsAbsence: true } as const;

const otherCredential = 'is a credential that cannot be declared; the stored one is kept';

const computed = (key: string): FieldSpec => ({ ...plain, pointer: `/${key}`, access: 'computed' });

/**
 * Fields of ContextForge's `gateways`, as observed with version 1.1.0 [run]. A credential in headers, OAuth or query
 * parameters cannot be declared. A stored one is kept by sending its mask:
 *
 * - `authHeaders` is replaced as a whole. The mask keeps the value of a header that is stored under exactly the same
 *   name; under another name, the mask itself becomes the value, and the answer looks the same. Of two headers with one
 *   name the last is kept.
 * - `oauthConfig` is replaced as a whole, so `client_secret` is lost if it is left out, and the gateway calls the token
 *   endpoint for each PUT. `authType: none` does not clear it.
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
  // The gateway calls the MCP server, with the credential, before it stores anything [run].
  creation: { foundBy: '/name', required: ['/name', '/url'], withSecrets: true },
  // If the MCP server's tools change during a PUT, the gateway answers 200 without applying it [run].
  dropsPuts: true,
};
