import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { causeMeanings, causes, modes, outcomeMeanings, outcomes } from '../../model/outcome.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { FailingConnection } from '../due.ts';
import type { Plan } from '../plan.types.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { isTime } from '../../model/time.ts';

/*
 * The schema of a plan: what `--out FILE` writes, `--output json` prints, and `--plan FILE` reads. Unknown members are
 * ignored, because a newer Trueup may have written them.
 */

export const text = (what: string) => described(z.string(), what);
export const time = described(z.string().check(z.refine(isTime)), 'ISO 8601, UTC');
export const count = z.int().check(z.minimum(0));
export const version = described(
  z.literal(1),
  'Version of this format; 1 while members are only added',
);
/** The name becomes part of commands that users copy. */
export const connectionName = redescribed(connectionNameSchema, 'Name of the connection');

/** The values of an enum, each with its meaning. */
const explained = (meanings: Readonly<Record<string, string>>) =>
  Object.entries(meanings)
    .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
    .join('; ');

export const causeSchema = described(
  z.enum(causes),
  `Why it would be sent. ${explained(causeMeanings)}`,
);
export const outcomeSchema = described(
  z.enum(outcomes),
  `The first that fits. ${explained(outcomeMeanings)}`,
);
export const modeSchema = described(z.enum(modes), 'What unattended passes may do');

const kind = <Kind extends string>(name: Kind, what: string) => described(z.literal(name), what);

export const shownSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: kind('value', 'A readable or write-only value'),
    value: redescribed(z.json(), 'The value'),
  }),
  z.object({ kind: kind('absent', 'No value') }),
  z.object({ kind: kind('unreadable', 'The gateway never returns it') }),
  z.object({
    kind: kind('secret', 'A secret, by reference'),
    secret: text('Name of the secret; never its value'),
    version: z.optional(text('Version id')),
  }),
]);

export const reasonSchema = z.object({
  code: text('Stable, for programs'),
  message: text('For users; at most 500 characters, no secret'),
  pointer: z.optional(text('JSON Pointer into spec, if one field is the reason')),
});

/** When a server that failed or waits is tried again. */
export const nextAttemptKeys = {
  nextAttempt: z.optional(redescribed(time, 'When unattended passes try it again; ISO 8601, UTC')),
  atOnce: z.optional(text('What makes them try it at once, as text')),
};

/** The same for a connection that failed. */
export const failingKeys = {
  since: z.optional(redescribed(time, 'Since when the connection fails; ISO 8601, UTC')),
  nextAttempt: z.optional(redescribed(time, 'When unattended passes try the connection again')),
  atOnce: z.optional(text('What makes them try the connection at once, as text')),
};

/** A server's id and label. */
export const serverKeys = {
  id: text("The gateway's id"),
  label: z.optional(text('Its label')),
};

const fieldChangeSchema = z.object({
  pointer: text('JSON Pointer into spec'),
  cause: causeSchema,
  before: redescribed(shownSchema, 'What the gateway has'),
  after: redescribed(shownSchema, 'What is declared'),
  compare: described(z.enum(['value', 'set']), 'Sets are shown as added and removed members'),
  conditional: described(z.boolean(), 'Sent only if the value of the secret changed too'),
  loosens: z.optional(
    described(z.literal(true), 'It gives access to more people or tools; otherwise absent'),
  ),
  hash: text('Identifies this change, for approvals'),
  held: described(z.boolean(), 'The guard holds it; in mode `report`: it would if it were sent'),
  takenBy: z.optional(
    described(
      z.object({
        ...serverKeys,
        what: described(
          z.enum(['keeps', 'gives', 'exchanges']),
          '`keeps`: it keeps the value, and the gateway rejects this change; `gives`: it gets a different value first; `exchanges`: each needs the value of the other, which takes two steps',
        ),
      }),
      'Another live server that has this unique value now',
    ),
  ),
});

const plannedServerSchema = z.object({
  ...serverKeys,
  mode: modeSchema,
  outcome: outcomeSchema,
  since: z.optional(redescribed(time, 'Since when it has this outcome; ISO 8601, UTC')),
  reason: z.optional(redescribed(reasonSchema, 'Why')),
  ...nextAttemptKeys,
  changes: described(z.array(fieldChangeSchema), 'The changes, by field; empty if nothing is sent'),
});

const share = z.number().check(z.minimum(0));

const guardSchema = z.object({
  active: described(z.boolean(), 'False in connections with fewer servers than `minimum`'),
  declared: redescribed(count, 'Servers declared in the connection'),
  known: z.optional(
    redescribed(
      count,
      'Servers in the ledger, declared or not; absent if there are none. The share is computed from the smaller number, the minimum is compared with the larger',
    ),
  ),
  changedLastHour: redescribed(count, 'Servers changed in the last hour that the guard counts'),
  changing: redescribed(count, 'Servers that this plan adds to them'),
  reported: z.optional(
    redescribed(
      count,
      'Servers in mode `report` that `trueup apply` would change too; absent: none',
    ),
  ),
  approved: z.optional(
    redescribed(
      count,
      'Servers that do not count because their changes are approved; absent: none',
    ),
  ),
  share: redescribed(share, 'Their share of the declared servers, 0 to 1'),
  limit: redescribed(share, '`policy.limits.updates`, 0 to 1'),
  minimum: redescribed(count, '`policy.limits.minimum`'),
  creates: z.optional(
    described(
      z.object({
        lastHour: redescribed(count, 'Servers created in the last hour'),
        creating: redescribed(count, 'Servers that this plan adds to them'),
        limit: redescribed(count, '`policy.limits.creates`'),
      }),
      'New servers; absent: the plan has none',
    ),
  ),
  held: z.optional(
    described(
      z.string().check(z.regex(/^[\w-]{1,200}$/, 'must be a digest')),
      'Digest of the held changes',
    ),
  ),
});

const countsShape = Object.fromEntries(
  outcomes.map((outcome) => [outcome, redescribed(count, outcomeMeanings[outcome])]),
) as Record<Outcome, typeof count>;

/** Servers by outcome. */
export const countsSchema = z.object(countsShape);

export const planSchema = z.object({
  version,
  connection: connectionName,
  provider: text('Kind of gateway'),
  servers: redescribed(count, 'Servers in scope; the counts add up to it'),
  counts: redescribed(countsSchema, 'Servers by outcome'),
  changes: described(z.array(plannedServerSchema), 'Servers that are not in sync, by id'),
  undeclared: described(
    z.array(
      z.object({
        id: serverKeys.id,
        name: z.optional(text('Its name at the gateway')),
      }),
    ),
    'Undeclared live servers; never changed',
  ),
  undeclaredCount: z.optional(
    redescribed(count, 'Total number, if `undeclared` has only the first ones'),
  ),
  missingSecrets: z.optional(
    described(
      z.array(
        z.object({
          secret: text('Name of the secret'),
          similar: z.optional(text('A stored secret with a similar name that no declaration uses')),
          servers: redescribed(count, 'How many servers use it'),
          such: described(z.array(z.string()), 'Labels of the first of them'),
        }),
      ),
      'Secrets that were not found, or that Trueup is not allowed to describe: changes that need one of them fail',
    ),
  ),
  guard: redescribed(guardSchema, 'The result of the guard'),
  digest: text('Digest of the hashes of all changes; empty if there are none'),
});

const signature = z.object({
  keyId: text('Version of the key'),
  mac: text('HMAC-SHA-256, in hex'),
});

/** Plans of several connections, and the connections that could not be planned. */
export const planDocumentSchema = z.object({
  version,
  plans: described(z.array(planSchema), 'One plan for each connection'),
  failures: z.optional(
    described(
      z.array(
        z.object({
          connection: connectionName,
          code: reasonSchema.shape.code,
          message: reasonSchema.shape.message,
          ...failingKeys,
        }),
      ),
      'Connections that could not be read',
    ),
  ),
  signature: z.optional(
    redescribed(
      signature,
      'Signature of a file that `trueup plan --out` wrote, by the fingerprint key',
    ),
  ),
});

/** The type of `planDocumentSchema`, in terms of the types that other code uses. */
export interface PlanDocument {
  readonly version: 1;
  readonly plans: readonly Plan[];
  readonly failures?: readonly (FailingConnection & {
    readonly connection: string;
    readonly code: string;
    readonly message: string;
  })[];
  readonly signature?: { readonly keyId: string; readonly mac: string };
}
