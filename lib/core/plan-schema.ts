import * as z from 'zod';
import { causeMeanings, causes, modes, outcomeMeanings, outcomes } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.types.ts';
import { connectionNameSchema } from './schema.ts';

/*
 * The form of a plan as data: what `--out FILE` writes, `--output json` prints, and `--plan FILE` reads. Members that are
 * not known are ignored: a newer Trueup may have written them.
 */

export const time = z.string().describe('ISO 8601, UTC');
export const count = z.int().min(0);
export const version = z.literal(1).describe('Of this form; 1 while members are only added');
/** It becomes part of commands that are shown to be run. */
export const connectionName = connectionNameSchema.describe('Name of the connection');

/** The words of a closed list, each with its meaning. */
const explained = (meanings: Readonly<Record<string, string>>) =>
  Object.entries(meanings)
    .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
    .join('; ');

export const causeSchema = z
  .enum(causes)
  .describe(`Why it would be sent. ${explained(causeMeanings)}`);
export const outcomeSchema = z
  .enum(outcomes)
  .describe(`The first that fits. ${explained(outcomeMeanings)}`);
export const modeSchema = z.enum(modes).describe('What unattended passes do');

const kind = <Kind extends string>(name: Kind, what: string) => z.literal(name).describe(what);

export const shownSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: kind('value', 'A readable or write-only value'),
    value: z.json().describe('As it is'),
  }),
  z.object({ kind: kind('absent', 'Nothing is there') }),
  z.object({ kind: kind('unreadable', 'The vendor never answers it') }),
  z.object({
    kind: kind('secret', 'A secret, by reference'),
    secret: z.string().describe('Name of the secret; never its value'),
    version: z.string().describe('Version id').optional(),
  }),
]);

export const reasonSchema = z.object({
  code: z.string().describe('Stable; may be matched on'),
  message: z.string().describe('For people; at most 500 characters, no secret'),
  pointer: z.string().describe('JSON Pointer into spec, if one field is the reason').optional(),
});

/** How a server is called. */
export const serverKeys = {
  id: z.string().describe("The vendor's id"),
  label: z.string().describe('What people call it').optional(),
};

const fieldChangeSchema = z.object({
  pointer: z.string().describe('JSON Pointer into spec'),
  cause: causeSchema,
  before: shownSchema.describe('What the vendor has'),
  after: shownSchema.describe('What is declared'),
  compare: z.enum(['value', 'set']).describe('Sets are shown as added and removed members'),
  conditional: z.boolean().describe('Sent only if the value of the secret changed too'),
  hash: z.string().describe('Names this change: what an approval lists'),
  held: z.boolean().describe('The guard holds it'),
});

const plannedServerSchema = z.object({
  ...serverKeys,
  mode: modeSchema,
  outcome: outcomeSchema,
  since: time.describe('Since when it has this outcome; ISO 8601, UTC').optional(),
  reason: reasonSchema.describe('Why').optional(),
  changes: z.array(fieldChangeSchema).describe('Field by field; none where nothing is sent'),
});

const share = z.number().min(0);

const guardSchema = z.object({
  active: z.boolean().describe('False in connections with fewer servers than `minimum`'),
  declared: count.describe('Servers declared in the connection'),
  changedLastHour: count.describe('Servers that the guard counted in the last hour'),
  changing: count.describe('Servers that this plan adds to them'),
  share: share.describe('Their share of the declared servers, 0 to 1'),
  limit: share.describe('`policy.limits.updates`, 0 to 1'),
  minimum: count.describe('`policy.limits.minimum`'),
  held: z
    .string()
    .regex(/^[\w-]{1,200}$/, 'must be a digest')
    .describe('Digest of the held changes')
    .optional(),
});

const countsShape = Object.fromEntries(
  outcomes.map((outcome) => [outcome, count.describe(outcomeMeanings[outcome])]),
) as Record<Outcome, typeof count>;

/** Servers by outcome. */
export const countsSchema = z.object(countsShape);

export const planSchema = z.object({
  version,
  connection: connectionName,
  provider: z.string().describe('The vendor'),
  servers: count.describe('Servers in scope; the counts add up to it'),
  counts: countsSchema.describe('Servers by outcome'),
  changes: z.array(plannedServerSchema).describe('Servers that are not simply in sync, by id'),
  undeclared: z
    .array(
      z.object({
        id: serverKeys.id,
        name: z.string().describe("The vendor's name of it").optional(),
      }),
    )
    .describe('Live servers that nobody declared; never touched'),
  guard: guardSchema.describe("The guard's finding"),
  digest: z.string().describe('Over the hashes of all changes; empty if there are none'),
});

/** Plans of several connections, and the connections that could not be planned. */
export const planDocumentSchema = z.object({
  version,
  plans: z.array(planSchema).describe('By connection'),
  failures: z
    .array(
      z.object({
        connection: connectionName,
        code: reasonSchema.shape.code,
        message: reasonSchema.shape.message,
      }),
    )
    .describe('Connections that could not be read')
    .optional(),
});

/** What `planDocumentSchema` describes, with the types that the rest of the code has. */
export interface PlanDocument {
  readonly version: 1;
  readonly plans: readonly Plan[];
  readonly failures?: readonly {
    readonly connection: string;
    readonly code: string;
    readonly message: string;
  }[];
}
