import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { causeMeanings, causes, modes, outcomeMeanings, outcomes } from '../../model/outcome.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { FailingConnection } from '../due.ts';
import type { Plan } from '../plan.types.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { isTime } from '../../model/time.ts';

/*
 * The form of a plan as data: what `--out FILE` writes, `--output json` prints, and `--plan FILE` reads. Members that are
 * not known: ignored: a newer Trueup may have written them.
 */

export const text = (what: string) => described(z.string(), what);
export const time = described(z.string().check(z.refine(isTime)), 'ISO 8601, UTC');
export const count = z.int().check(z.minimum(0));
export const version = described(
  z.literal(1),
  'Version of this format; 1 while members are only added',
);
/** It becomes part of commands that are shown to be run. */
export const connectionName = redescribed(connectionNameSchema, 'Name of the connection');

/** The words of a closed list, each with its meaning. */
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
export const modeSchema = described(z.enum(modes), 'What unattended passes do');

const kind = <Kind extends string>(name: Kind, what: string) => described(z.literal(name), what);

export const shownSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: kind('value', 'A readable or write-only value'),
    value: redescribed(z.json(), 'As it is'),
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
  code: text('Stable; may be matched on'),
  message: text('For people; at most 500 characters, no secret'),
  pointer: z.optional(text('JSON Pointer into spec, if one field is the reason')),
});

/** What becomes of a server that failed or waits. */
export const nextAttemptKeys = {
  nextAttempt: z.optional(
    redescribed(time, 'Not before this do unattended passes try it again; ISO 8601, UTC'),
  ),
  atOnce: z.optional(text('What tries it again at once, in words')),
};

/** The same of a connection that failed. */
export const failingKeys = {
  since: z.optional(redescribed(time, 'Since when the connection fails; ISO 8601, UTC')),
  nextAttempt: z.optional(
    redescribed(time, 'Not before this do unattended passes try the connection again'),
  ),
  atOnce: z.optional(text('What tries the connection again at once, in words')),
};

/** How a server is called. */
export const serverKeys = {
  id: text("The gateway's id"),
  label: z.optional(text('What people call it')),
};

const fieldChangeSchema = z.object({
  pointer: text('JSON Pointer into spec'),
  cause: causeSchema,
  before: redescribed(shownSchema, 'What the gateway has'),
  after: redescribed(shownSchema, 'What is declared'),
  compare: described(z.enum(['value', 'set']), 'Sets are shown as added and removed members'),
  conditional: described(z.boolean(), 'Sent only if the value of the secret changed too'),
  loosens: z.optional(
    described(z.literal(true), 'It lets more people or tools in; absent where it does not'),
  ),
  hash: text('Names this change: what an approval lists'),
  held: described(z.boolean(), 'The guard holds it; in mode `report`, it would if it were sent'),
  takenBy: z.optional(
    described(
      z.object({
        ...serverKeys,
        what: described(
          z.enum(['keeps', 'gives', 'exchanges']),
          '`keeps`: it keeps the value, and the gateway refuses this one; `gives`: it gets another one first; `exchanges`: each waits for the other one, which takes two steps',
        ),
      }),
      'Another live server that has the value now, where only one can have it',
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
  changes: described(z.array(fieldChangeSchema), 'Field by field; none where nothing is sent'),
});

const share = z.number().check(z.minimum(0));

const guardSchema = z.object({
  active: described(z.boolean(), 'False in connections with fewer servers than `minimum`'),
  declared: redescribed(count, 'Servers declared in the connection'),
  known: z.optional(
    redescribed(
      count,
      'Servers that the ledger knows, declared or not; absent while it knows none. The share is of the smaller figure, the minimum is compared with the larger',
    ),
  ),
  changedLastHour: redescribed(count, 'Servers that the guard counted in the last hour'),
  changing: redescribed(count, 'Servers that this plan adds to them'),
  reported: z.optional(
    redescribed(count, 'Servers in mode `report` that `trueup apply` would add; absent: none'),
  ),
  approved: z.optional(
    redescribed(
      count,
      'Servers that do not count because what they change is approved; absent: none',
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
  changes: described(z.array(plannedServerSchema), 'Servers that are not simply in sync, by id'),
  undeclared: described(
    z.array(
      z.object({
        id: serverKeys.id,
        name: z.optional(text('Its name at the gateway')),
      }),
    ),
    'Undeclared live servers; never touched',
  ),
  undeclaredCount: z.optional(
    redescribed(count, 'How many there are, where `undeclared` has only the first of them'),
  ),
  missingSecrets: z.optional(
    described(
      z.array(
        z.object({
          secret: text('Name of the secret'),
          servers: redescribed(count, 'How many servers name it'),
          such: described(z.array(z.string()), 'The first of them, as people call them'),
        }),
      ),
      'Secrets that were not found, or may not be described: whatever needs one of them fails',
    ),
  ),
  guard: redescribed(guardSchema, "The guard's finding"),
  digest: text('Over the hashes of all changes; empty if there are none'),
});

const signature = z.object({
  keyId: text('Version of the key'),
  mac: text('HMAC-SHA-256, in hex'),
});

/** Plans of several connections, and the connections that could not be planned. */
export const planDocumentSchema = z.object({
  version,
  plans: described(z.array(planSchema), 'By connection'),
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
      'Of a file that `trueup plan --out` wrote: by the fingerprint key, over its plans',
    ),
  ),
});

/** What `planDocumentSchema` describes, with the types that the rest of the code has. */
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
