import * as z from 'zod';
import { durationPattern, sharePattern } from './durations.ts';
import { modes } from './outcome.ts';
import { urlProblem } from './url-rule.ts';

/*
 * What a user writes. Two forms of the same: rows of the table, and documents (YAML, JSON) with one connection and its
 * servers. Every key has a description, of which the JSON Schema for editors is made. No transforms: what is parsed is
 * what was declared, and defaults come in `declarations.ts`.
 */

/** A secret by name, and the key if its value is a JSON object; never a value. */
export const secretReferenceSchema = z.strictObject({
  secret: z
    .string()
    .min(1)
    .describe('Name of the secret: <prefix>/<connection>/..., by name, never ARN'),
  key: z.string().min(1).describe("Key, if the secret's value is a JSON object").optional(),
});

const secret = (what: string) => secretReferenceSchema.describe(`${what}, by reference`);

const url = (options: { query: boolean }) =>
  z.string().superRefine((text, context) => {
    const found = urlProblem(text, options);
    if (found) {
      const { problem: message, expected } = found;
      context.addIssue({ code: 'custom', message, params: { expected } });
    }
  });

const tokenUrl = url({ query: true }).describe('Token endpoint; https');
const clientId = z.string().min(1).describe('OAuth client id of the deployment');

/** How Trueup proves who it is. */
export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bearer').describe('A fixed token, such as an API key'),
    token: secret('The token'),
  }),
  z.strictObject({
    type: z.literal('client-credentials').describe('OAuth: a machine of its own'),
    tokenUrl,
    client_id: clientId,
    client_secret: secret('The client secret'),
    audience: z.string().min(1).describe('Audience that the token is for').optional(),
  }),
  z.strictObject({
    type: z.literal('refresh-token').describe("OAuth: in a person's name"),
    tokenUrl,
    client_id: clientId,
    refresh_token: secret('The refresh token; each new one is written back to it'),
    authorizeUrl: url({ query: true })
      .describe('For trueup login: where a person signs in; https. By OpenID discovery if left out')
      .optional(),
    scope: z
      .string()
      .regex(
        /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/,
        "must be scopes with a space between, such as 'openid offline_access'",
      )
      .describe("For trueup login: what is asked for; 'openid offline_access' if left out")
      .optional(),
    audience: z
      .string()
      .min(1)
      .describe('For trueup login: audience that the token is for')
      .optional(),
  }),
]);

export const budgetSchema = z.strictObject({
  requestsPerMinute: z
    .int()
    .min(20)
    .max(100_000)
    .describe("Requests a minute, at least 20; the provider's default if left out")
    .optional(),
  concurrency: z
    .int()
    .min(1)
    .max(20)
    .describe('Requests at the same time, 1 to 20; 4 if left out')
    .optional(),
});

/** What a server may say, and its connection for all of them. */
const policyKeys = {
  mode: z
    .enum(modes)
    .describe('What unattended passes do: off, report (the default) or correct')
    .optional(),
  ignore: z
    .array(z.string().regex(/^\//, "must be a JSON Pointer, such as '/meta/costCenter'"))
    .max(100)
    .describe("JSON Pointers into spec that stay the vendor's, under a declared object")
    .optional(),
  reassertEvery: z
    .string()
    .regex(durationPattern, "must be a duration such as '30m', '12h' or '7d', or 'never'")
    .describe('How often what cannot be read is sent again: 30m, 12h, 7d; never if left out')
    .optional(),
};

export const limitsSchema = z.strictObject({
  updates: z
    .string()
    .regex(sharePattern, "must be a share such as '30%'")
    .describe('Changes of a larger share of the servers within an hour are held; 30% if left out')
    .optional(),
  minimum: z
    .int()
    .min(1)
    .describe('Connections with fewer servers than this are not guarded; 10 if left out')
    .optional(),
});

export const connectionPolicySchema = z.strictObject({
  ...policyKeys,
  limits: limitsSchema.describe('When the guard holds changes').optional(),
});

export const serverPolicySchema = z.strictObject(policyKeys);

export const connectionNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must consist of 1 to 63 lower-case letters, digits and hyphens, no hyphen first',
  )
  .describe('Name of the connection: one account at one vendor');

/** `.` and `..` are no ids: in a URL's path they would name another resource. */
const id = String.raw`(?!\.{1,2}$)[^#/\p{C}\p{Zl}\p{Zp}]{1,128}`;
const idRule = "1 to 128 characters without '#', '/' and control characters";

export const serverIdSchema = z
  .string()
  .regex(new RegExp(`^${id}$`, 'u'), `must be an id: ${idRule}`)
  .describe("The vendor's id of the server");

export const labelSchema = z
  .string()
  .regex(
    /^(?!\s)[^\p{C}\p{Zl}\p{Zp}]{1,128}(?<!\s)$/u,
    'must have 1 to 128 printable characters, no space at either end',
  )
  .describe('What people call the server; its id if left out');

const generation = z
  .int()
  .min(1)
  .describe('Counts declarations; a pass does not go back to a lower one. Written by push')
  .optional();

/** The vendor's own field names; each provider's field table has the schema. */
const spec = z
  .record(z.string(), z.unknown())
  .describe("What the server should be, in the vendor's own field names");

const connectionKeys = {
  provider: z.string().min(1).describe('The vendor'),
  baseUrl: url({ query: false }).describe("Base URL of the vendor's API; https"),
  auth: authSchema.describe('Credentials, by reference'),
  budget: budgetSchema.describe('Limits of the request rate').optional(),
  policy: connectionPolicySchema.describe('What holds for all servers').optional(),
  userId: z
    .string()
    .regex(/^[!-~]{1,256}$/, 'must be 1 to 256 printable ASCII characters without spaces')
    .describe("Whose servers, where the vendor asks for it (Alloy's x-alloy-userid)")
    .optional(),
};

const serverKeys = {
  label: labelSchema.optional(),
  spec,
  policy: serverPolicySchema
    .describe("What holds for this server; each key stands before its connection's")
    .optional(),
};

export const connectionRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: z.literal('connection').describe('Marks the row of the connection itself'),
  generation,
  ...connectionKeys,
});

export const serverRowSchema = z.strictObject({
  connection: connectionNameSchema,
  item: z
    .string()
    .regex(new RegExp(`^server#${id}$`, 'u'), `must be 'server#' and an id: ${idRule}`)
    .describe("'server#' and the vendor's id of the server"),
  generation,
  ...serverKeys,
});

/** A connection with its servers, as a user writes it. */
export const documentSchema = z.strictObject({
  connection: connectionNameSchema,
  ...connectionKeys,
  servers: z
    .array(z.strictObject({ id: serverIdSchema, ...serverKeys }))
    .describe('The servers that Trueup keeps')
    .optional(),
});

export type ConnectionRow = z.infer<typeof connectionRowSchema>;
export type ServerRow = z.infer<typeof serverRowSchema>;
export type ConnectionDocument = z.infer<typeof documentSchema>;
