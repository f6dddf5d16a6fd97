import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { outcomes } from '../../model/outcome.ts';
import {
  causeSchema,
  connectionName,
  count,
  countsSchema,
  failingKeys,
  modeSchema,
  nextAttemptKeys,
  reasonSchema,
  serverKeys,
  text,
  time,
  version,
} from '../../plan/text/plan-schema.ts';
import { passEndSchema, passSchema, triggerSchema } from '../../plan/text/report-schema.ts';

const generation = z.int().check(z.minimum(1));

const serverStatusSchema = z.object({
  ...serverKeys,
  outcome: described(
    z.enum([...outcomes, 'unseen']),
    'As in plans; `unseen`: no pass has recorded anything of it yet',
  ),
  since: z.optional(redescribed(time, 'Since when; of `assumed`, since when it could not be read')),
  generation: z.optional(redescribed(generation, 'Of the declaration that was last acted on')),
  declaredGeneration: z.optional(redescribed(generation, 'Of the current declaration')),
  ...nextAttemptKeys,
  reason: z.optional(redescribed(reasonSchema, 'Why')),
  causes: z.optional(
    described(
      z.array(causeSchema),
      'Why fields of it were changed in the last 24 hours, of the last 500 records',
    ),
  ),
  consentUrl: z.optional(text('Where a person has to consent when Trueup created it')),
  fights: z.optional(
    described(
      z.array(
        z.object({
          pointer: text('JSON Pointer into spec'),
          times: described(z.array(time), 'When it was corrected, in order'),
        }),
      ),
      'Fields that were corrected three times or more in the last 24 hours, of the last 500 records',
    ),
  ),
});

export const pauseSchema = z.object({
  id: z.optional(text('Of the server; absent for the whole connection')),
  reason: z.optional(text('In the words of who paused it')),
  by: z.optional(text('Who paused it')),
  at: redescribed(time, 'Since when'),
  until: z.optional(redescribed(time, 'When it ends; until resumed without it')),
});

const connectionStatusSchema = z.object({
  connection: connectionName,
  provider: z.optional(text('Kind of gateway; absent where the declaration is invalid')),
  mode: z.optional(modeSchema),
  state: described(
    z.enum([...passEndSchema.options, 'unseen']),
    'How the last pass ended; `unseen` before the first',
  ),
  reason: z.optional(redescribed(reasonSchema, 'Why it ended early')),
  lastPass: z.optional(
    described(
      z.object({
        pass: passSchema,
        at: redescribed(time, 'When it began'),
        trigger: triggerSchema,
        durationMs: described(z.number().check(z.minimum(0)), 'Milliseconds'),
      }),
      'The last pass that ended',
    ),
  ),
  lease: z.optional(
    described(
      z.object({
        owner: text('Who'),
        state: described(
          z.enum(['owned', 'ended', 'expired']),
          '`owned`: that process reconciles the connection now; `ended`: it has ended, and never released the lease; `expired`: it did not renew it in time. The next pass takes over what is not `owned`',
        ),
        since: z.optional(redescribed(time, 'When that process acquired it')),
        expiresAt: redescribed(time, 'Renewed while it goes on'),
      }),
      'Who has the lease; absent where it is free',
    ),
  ),
  ...failingKeys,
  pauses: described(z.array(pauseSchema), "The operators' pauses in force"),
  held: described(
    z.array(z.string()),
    'Digests of plans that the guard holds, and that are not approved',
  ),
  approved: described(
    z.array(
      z.object({
        digest: text('Of the plan'),
        at: redescribed(time, 'When it was approved: for 24 hours'),
        by: z.optional(text('Who approved it')),
        usedAt: z.optional(redescribed(time, 'When a change was last sent that it permits')),
      }),
    ),
    'Approvals in force: what they permit is sent when a pass comes to it',
  ),
  counts: described(
    z.extend(countsSchema, {
      unseen: redescribed(count, 'No pass has recorded anything of them yet'),
    }),
    'Declared servers by outcome',
  ),
  undeclared: z.optional(
    redescribed(count, 'Live servers that are not declared, as the last full pass counted them'),
  ),
  servers: described(z.array(serverStatusSchema), 'By label'),
});

export const statusDocumentSchema = z.object({
  version,
  connections: described(z.array(connectionStatusSchema), 'By name'),
});
