import * as z from 'zod/mini';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { described, redescribed } from '../../model/described.ts';
import { urlProblem } from '../../model/names/url.ts';
import { identifier, unseenInIdentifiers } from '../../model/names/identifier.ts';
import { connectionPolicySchema, serverPolicySchema } from './policy-schema.ts';
import { newKeyPrefix, serverKeyPrefix } from '../../model/names/server-key.ts';

/*
 * What a user writes. Two forms of the same: rows of the table, and documents (YAML, JSON) with one connection and its
 * servers. Every key has a description; the JSON Schema for editors is made of them. No transforms: what is parsed is
 * what was declared, and defaults come in `declarations.ts`.
 */

const text = (what: string) => described(z.string().check(z.minLength(1)), what);

const matching = (pattern: RegExp, rule: string, what: string) =>
  described(z.string().check(z.regex(pattern, rule)), what);

/** A secret by name, and the key if its value is a JSON object; never a value. */
export const secretReferenceSchema = z.strictObject(
  {
    // `secretNameProblem` knows what a name may have.
    secret: text('Name of the secret: <prefix>/<connection>/..., by name, never ARN'),
    key: z.optional(text("Key, if the secret's value is a JSON object")),
  },
  // `client_secret: { hunter2 }` is YAML for a key with nothing under it: so no key is repeated.
  "must be { secret: NAME, key: KEY }, 'key' only if the value is JSON; the value itself belongs in the secret store",
);

const secret = (what: string) => redescribed(secretReferenceSchema, `${what}, by reference`);

const url = (options: { query: boolean }) =>
  z.string().check(
    z.superRefine((value, context) => {
      const found = urlProblem(value, options);
      if (found) {
        const { problem: message, expected } = found;
        context.addIssue({ code: 'custom', message, params: { expected } });
      }
    }),
  );

const tokenUrl = described(url({ query: true }), 'Token endpoint; https');
const clientId = identifier('OAuth client id of the deployment');

/** How Trueup proves who it is. */
export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: described(z.literal('bearer'), 'A fixed token, such as an API key'),
    token: secret('The token'),
  }),
  z.strictObject({
    type: described(z.literal('client-credentials'), 'OAuth: a machine of its own'),
    tokenUrl,
    client_id: clientId,
    client_secret: secret('The client secret'),
    audience: z.optional(identifier('Audience that the token is for')),
  }),
  z.strictObject({
    type: described(z.literal('refresh-token'), "OAuth: in a person's name"),
    tokenUrl,
    client_id: clientId,
    refresh_token: secret(
      'The first refresh token (new ones are stored apart, and used until this secret has a new version)',
    ),
    authorizeUrl: z.optional(
      described(
        url({ query: true }),
        'For trueup login: where a person signs in; https. Defaults to what OpenID discovery says',
      ),
    ),
    scope: z.optional(
      matching(
        /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/,
        "must be scopes with a space between, such as 'openid offline_access'",
        "For trueup login: the scopes to ask for. Defaults to 'openid offline_access'",
      ),
    ),
    audience: z.optional(identifier('For trueup login: audience that the token is for')),
  }),
]);

export const budgetSchema = z.strictObject({
  requestsPerMinute: z.optional(
    described(
      z.int().check(z.minimum(20), z.maximum(100_000)),
      'Requests a minute, at least 20. Defaults to the number of the gateway',
    ),
  ),
  concurrency: z.optional(
    described(
      z.int().check(z.minimum(1), z.maximum(20)),
      'Requests at the same time, 1 to 20. Defaults to 4',
    ),
  ),
});

/** `.` and `..` are no ids: in a URL's path they would name another resource. */
const id = String.raw`(?!\.{1,2}$)[^#/${unseenInIdentifiers}]{1,128}`;
const idRule =
  "1 to 128 characters without '#', '/', white space, control and invisible characters";

export const serverIdSchema = matching(
  new RegExp(`^${id}$`, 'u'),
  `must be an id: ${idRule}`,
  "The gateway's id of the server",
);

/** Of a row without an id: its label is part of keys. */
const label = String.raw`(?!\s)[^#\p{C}\p{Zl}\p{Zp}]{1,128}(?<!\s)`;

export const labelSchema = matching(
  /^(?!\s)[^\p{C}\p{Zl}\p{Zp}]{1,128}(?<!\s)$/u,
  'must have 1 to 128 printable characters, no space at either end',
  'What people call the server. Defaults to its id',
);

const generation = z.optional(
  described(
    z.int().check(z.minimum(1)),
    'Counts declarations; a pass does not go back to a lower one. Written by push',
  ),
);

/** The vendor's own field names; each provider's field table has the schema. */
const spec = described(
  z.record(z.string(), z.unknown()),
  "What the server should be, in the gateway's own field names",
);

const connectionKeys = {
  provider: text('Kind of gateway'),
  baseUrl: described(url({ query: false }), "Base URL of the gateway's API; https"),
  auth: redescribed(authSchema, 'Credentials, by reference'),
  budget: z.optional(redescribed(budgetSchema, 'Limits of the request rate')),
  policy: z.optional(redescribed(connectionPolicySchema, 'Policy of all servers')),
  userId: z.optional(
    matching(
      /^[!-~]{1,256}$/,
      'must be 1 to 256 printable ASCII characters without spaces',
      'Whose servers, where the gateway asks for it',
    ),
  ),
};

const serverKeys = {
  label: z.optional(labelSchema),
  state: z.optional(
    described(
      z.enum(['present', 'absent']),
      'Of a server without an id: absent deletes it, once that is approved. Defaults to present',
    ),
  ),
  spec,
  policy: z.optional(
    redescribed(serverPolicySchema, "Policy of this server; each key overrides the connection's"),
  ),
};

export const connectionRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: described(z.literal('connection'), 'Marks the row of the connection itself'),
  generation,
  ...connectionKeys,
});

export const serverRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: matching(
    new RegExp(`^(?:${serverKeyPrefix}${id}|${newKeyPrefix}${label})$`, 'u'),
    `must be '${serverKeyPrefix}' and an id: ${idRule}; or '${newKeyPrefix}' and a label without '#'`,
    `'${serverKeyPrefix}' and the gateway's id of the server; or '${newKeyPrefix}' and the label of one that Trueup creates`,
  ),
  generation,
  ...serverKeys,
});

/** A connection with its servers, as a user writes it. */
export const documentSchema = z.strictObject({
  connection: connectionNameSchema,
  ...connectionKeys,
  servers: z.optional(
    described(
      z.array(z.strictObject({ id: z.optional(serverIdSchema), ...serverKeys })),
      'The servers that Trueup keeps; one without an id, by its label, is created',
    ),
  ),
});

export type ConnectionRow = z.infer<typeof connectionRowSchema>;
export type ServerRow = z.infer<typeof serverRowSchema>;
export type ConnectionDocument = z.infer<typeof documentSchema>;
