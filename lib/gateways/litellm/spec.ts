import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { identifier } from '../../model/names/identifier.ts';
import { secretReferenceSchema } from '../../desired/rules/schema.ts';
import { defaultProfile, defaultTokenType } from './convert.ts';
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

const text = (what: string) =>
  described(z.optional(z.nullable(z.string().check(z.minLength(1)))), `${what}; null clears it`);

const listOf = (what: string) =>
  described(z.optional(z.array(z.string().check(z.minLength(1)))), what);

/** Null is not readable: the list shows a value that the gateway discovered itself [run]. */
const endpoint = (what: string) =>
  described(z.optional(z.string().check(z.minLength(1))), `${what}; cannot be cleared`);

/** The list shows the default if nothing is stored [run]. */
const withDefault = (value: string, what: string) =>
  described(
    z.optional(
      z.nullable(
        z.string().check(
          z.minLength(1),
          z.refine((one) => one !== value, `must not be the default, '${value}': null is it`),
        ),
      ),
    ),
    `${what}; null: the default, ${value}`,
  );

const positive = (number: z.ZodMiniNumber, what: string) =>
  described(
    z.optional(z.nullable(number.check(z.positive()))),
    `${what}; null: no limit of its own`,
  );

const credentials = () =>
  z.strictObject({
    auth_value: described(
      z.optional(secretReferenceSchema),
      'The credential of every auth_type but oauth2, by reference: { secret: name, key: key }; write-only',
    ),
    client_id: z.optional(identifier('OAuth client id; write-only: it cannot be read back')),
    client_secret: described(
      z.optional(secretReferenceSchema),
      'OAuth client secret, by reference: { secret: name, key: key }; write-only',
    ),
    scopes: listOf('OAuth scopes; order does not matter'),
  });

/** The fields that can be declared, with the gateway's names. */
export const liteLlmSpec = z.lazy(() =>
  z
    .strictObject({
      server_name: name('Name; unique among names and aliases, ignoring case'),
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
        "Prefix of the server's tools; null: the name. If it is not declared, it does not change with the name",
      ),
      description: text('Description; one in `mcp_info` takes precedence'),
      instructions: text('Instructions for the assistant'),
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
        'Address of the MCP server. A change clears the fields of the OAuth flow; Trueup sends the declared ones again',
      ),
      transport: described(
        z.optional(z.enum(['http', 'sse'])),
        'Transport to the MCP server: http or sse; must be declared with `url`',
      ),
      auth_type: described(
        z.optional(z.enum(authTypes)),
        'How the gateway signs in to the MCP server; must be declared with its `credentials`',
      ),
      credentials: described(
        z.optional(credentials()),
        'The credentials for `auth_type`; sent together with it',
      ),
      issuer: endpoint('Issuer of tokens'),
      authorization_url: endpoint('Authorization endpoint'),
      token_url: endpoint('Token endpoint'),
      registration_url: endpoint('Registration endpoint'),
      oauth2_flow: described(
        z.optional(z.nullable(z.enum(['client_credentials', 'authorization_code']))),
        'client_credentials or authorization_code; null clears it',
      ),
      audience: text('Audience of a token exchange'),
      token_exchange_endpoint: text('Endpoint of a token exchange'),
      token_exchange_profile: withDefault(defaultProfile, 'Profile of a token exchange'),
      subject_token_type: withDefault(defaultTokenType, 'Type of the exchanged token'),
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
                z.minLength(
                  1,
                  'must not be empty, because an empty list allows all tools; use null for that',
                ),
              ),
          ),
        ),
        'Tools that may be called; null: all. An empty list is not valid, because it would allow all',
      ),
      mcp_access_groups: listOf('Groups that may use the server; an empty list means none'),
      allow_all_keys: described(z.optional(z.boolean()), 'Whether every key may use the server'),
      available_on_public_internet: described(
        z.optional(z.boolean()),
        'Whether callers from public addresses may use the server',
      ),
      extra_headers: listOf(
        "Names of the client's headers that are passed to the MCP server; an empty list means none",
      ),
      timeout: positive(z.number(), 'Timeout of a call in seconds'),
      max_concurrent_requests: positive(z.int(), 'Maximum number of concurrent calls'),
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
            message: 'is declared without url',
            params: {
              expected: 'must be declared with url: the gateway accepts them only together',
            },
          });
        }
      }),
    ),
);
