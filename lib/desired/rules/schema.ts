import * as z from 'zod/mini';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { described, redescribed } from '../../model/described.ts';
import { urlProblem } from '../../model/names/url.ts';
import { identifier, unseenInIdentifiers } from '../../model/names/identifier.ts';
import { connectionPolicySchema, serverPolicySchema } from './policy-schema.ts';
import { newKeyPrefix, serverKeyPrefix } from '../../model/names/server-key.ts';

/*
 * The schemas of declarations, in two forms: rows of the table, and documents (YAML, JSON) with one connection and its
 * servers. Every key has a description, from which the JSON Schema for editors is generated. There are no transforms:
 * the parsed value is the declared one, and `declarations.ts` adds defaults.
 */

/* Most schemas are built when a function starts. A copy of a schema with its checks is cheaper than a new one. */

const notEmpty = z.string().check(z.minLength(1));

const text = (what: string) => redescribed(notEmpty, what);

const matching = (pattern: RegExp, rule: string, what: string) =>
  described(z.string().check(z.regex(pattern, rule)), what);

/** A secret by name, and the key if its value is a JSON object; never a value. */
export const secretReferenceSchema = z.strictObject(
  {
    // `secretNameProblem` checks the name.
    secret: text('Name of the secret: <prefix>/<connection>/...; never an ARN'),
    key: z.optional(text("Key, if the secret's value is a JSON object")),
  },
  // In YAML, `client_secret: { hunter2 }` makes the secret a key, so issues here do not repeat keys.
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

const urlWithQuery = url({ query: true });
const tokenUrl = redescribed(urlWithQuery, 'Token endpoint; https');
const clientId = identifier('OAuth client id of the deployment');

/** How Trueup signs in. */
export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: described(z.literal('bearer'), 'A fixed token, such as an API key'),
    token: secret('The token'),
  }),
  z.strictObject({
    type: described(z.literal('client-credentials'), 'OAuth client credentials'),
    tokenUrl,
    client_id: clientId,
    client_secret: secret('The client secret'),
    audience: z.optional(identifier('Audience of the token')),
  }),
  z.strictObject({
    type: described(z.literal('refresh-token'), 'OAuth refresh token: on behalf of a user'),
    tokenUrl,
    client_id: clientId,
    refresh_token: secret(
      'The first refresh token (later ones are stored separately, and used until this secret has a new version)',
    ),
    authorizeUrl: z.optional(
      redescribed(
        urlWithQuery,
        'For trueup login: the authorization endpoint; https. Defaults to the one from OpenID discovery',
      ),
    ),
    scope: z.optional(
      matching(
        /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/,
        "must be scopes separated by spaces, such as 'openid offline_access'",
        "For trueup login: the scopes to request. Defaults to 'openid offline_access'",
      ),
    ),
    audience: z.optional(identifier('For trueup login: audience of the token')),
  }),
]);

export const budgetSchema = z.strictObject({
  requestsPerMinute: z.optional(
    described(
      z.int().check(z.minimum(20), z.maximum(100_000)),
      'Requests per minute, at least 20. The default depends on the gateway',
    ),
  ),
  concurrency: z.optional(
    described(
      z.int().check(z.minimum(1), z.maximum(20)),
      'Concurrent requests, 1 to 20. Defaults to 4',
    ),
  ),
});

/** `.` and `..` are not allowed: in the path of a URL they would address another resource. */
const id = String.raw`(?!\.{1,2}$)[^#/${unseenInIdentifiers}]{1,128}`;
const idRule =
  "1 to 128 characters without '#', '/', white space, control and invisible characters";

export const serverIdSchema = matching(
  new RegExp(`^${id}$`, 'u'),
  `must be an id: ${idRule}`,
  "The gateway's id of the server",
);

/** The label of a row without an id, which is part of its key. */
const label = String.raw`(?!\s)[^#\p{C}\p{Zl}\p{Zp}]{1,128}(?<!\s)`;

export const labelSchema = matching(
  /^(?!\s)[^\p{C}\p{Zl}\p{Zp}]{1,128}(?<!\s)$/u,
  'must be 1 to 128 printable characters, with no space at the start or end',
  'Name of the server in Trueup. Defaults to its id',
);

const generation = z.optional(
  described(
    z.int().check(z.minimum(1)),
    'Number of the declaration; a pass does not act on a lower one than before. Written by push',
  ),
);

/** Uses the vendor's field names; each provider's field table has the schema. */
const spec = described(
  z.record(z.string(), z.unknown()),
  "The desired configuration of the server, with the gateway's field names",
);

const connectionKeys = {
  provider: text('Kind of gateway'),
  baseUrl: described(
    url({ query: false }),
    "Base URL of the gateway's API, without its own path such as /v1; https",
  ),
  auth: redescribed(authSchema, 'Credentials, by reference'),
  budget: z.optional(redescribed(budgetSchema, 'Limits of the request rate')),
  policy: z.optional(redescribed(connectionPolicySchema, 'Policy of all servers')),
  userId: z.optional(
    matching(
      /^[!-~]{1,256}$/,
      'must be 1 to 256 printable ASCII characters without spaces',
      'The user whose servers these are, at gateways that need one',
    ),
  ),
};

const serverKeys = {
  label: z.optional(labelSchema),
  state: z.optional(
    described(
      z.enum(['present', 'absent']),
      'For a server without an id: absent deletes it once that is approved. Defaults to present',
    ),
  ),
  spec,
  policy: z.optional(
    redescribed(serverPolicySchema, "Policy of this server; each key overrides the connection's"),
  ),
};

export const connectionRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: described(z.literal('connection'), 'The row of the connection itself'),
  generation,
  ...connectionKeys,
});

export const serverRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: matching(
    new RegExp(`^(?:${serverKeyPrefix}${id}|${newKeyPrefix}${label})$`, 'u'),
    `must be '${serverKeyPrefix}' and an id: ${idRule}; or '${newKeyPrefix}' and a label without '#'`,
    `'${serverKeyPrefix}' and the gateway's id of the server, or '${newKeyPrefix}' and the label of a server that Trueup creates`,
  ),
  generation,
  ...serverKeys,
});

/** A document: a connection with its servers. */
export const documentSchema = z.strictObject({
  connection: connectionNameSchema,
  ...connectionKeys,
  servers: z.optional(
    described(
      z.array(z.strictObject({ id: z.optional(serverIdSchema), ...serverKeys })),
      'The servers that Trueup manages; a server with a label and no id is created',
    ),
  ),
});

export type ConnectionRow = z.infer<typeof connectionRowSchema>;
export type ServerRow = z.infer<typeof serverRowSchema>;
export type ConnectionDocument = z.infer<typeof documentSchema>;
