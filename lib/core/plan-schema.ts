import * as z from 'zod';
import { causes, modes, outcomes } from './outcome.ts';
import type { Plan } from './plan.types.ts';

/*
 * The form of a plan as data: what `--out FILE` writes, `--output json` prints, and `--plan FILE` reads. Members that are
 * not known are ignored: a newer Trueup may have written them.
 */

const time = z.string().describe('ISO 8601, UTC');
const count = z.int().min(0);

const shownSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), value: z.json().describe('As it is') }),
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('unreadable').describe('The vendor never answers it') }),
  z.object({
    kind: z.literal('secret'),
    secret: z.string().describe('Name of the secret; never its value'),
    version: z.string().describe('Version id').optional(),
  }),
]);

const fieldChangeSchema = z.object({
  pointer: z.string().describe('JSON Pointer into spec'),
  cause: z.enum(causes).describe('Why it would be sent'),
  before: shownSchema.describe('What the vendor has'),
  after: shownSchema.describe('What is declared'),
  compare: z.enum(['value', 'set']).describe('Sets are shown as added and removed members'),
  conditional: z.boolean().describe('Sent only if the value of the secret changed too'),
  hash: z.string().describe('Names this change: what an approval lists'),
  held: z.boolean().describe('The guard holds it'),
});

const plannedServerSchema = z.object({
  id: z.string().describe("The vendor's id"),
  label: z.string().describe('What people call it').optional(),
  mode: z.enum(modes).describe('What unattended passes do'),
  outcome: z.enum(outcomes).describe('`updated`: would be, once applied'),
  since: time.describe('Since when it has this outcome').optional(),
  reason: z
    .object({ code: z.string(), message: z.string(), pointer: z.string().optional() })
    .describe('Why')
    .optional(),
  changes: z.array(fieldChangeSchema),
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
  held: z.string().describe('Digest of the held changes').optional(),
});

const countsShape = Object.fromEntries(outcomes.map((outcome) => [outcome, count]));

export const planSchema = z.object({
  version: z.literal(1).describe('Of this form; 1 while members are only added'),
  connection: z.string().describe('Name of the connection'),
  provider: z.string().describe('The vendor'),
  servers: count.describe('Servers in scope; the counts add up to it'),
  counts: z.object(countsShape).describe('Servers by outcome'),
  changes: z.array(plannedServerSchema).describe('Servers that are not simply in sync, by id'),
  undeclared: z
    .array(z.object({ id: z.string(), name: z.string().optional() }))
    .describe('Live servers that nobody declared; never touched'),
  guard: guardSchema.describe("The guard's finding"),
  digest: z.string().describe('Over the hashes of all changes; empty if there are none'),
});

/** Plans of several connections, and the connections that could not be planned. */
export const planDocumentSchema = z.object({
  version: z.literal(1).describe('Of this form; 1 while members are only added'),
  plans: z.array(planSchema).describe('By connection'),
  failures: z
    .array(z.object({ connection: z.string(), code: z.string(), message: z.string() }))
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
