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
    'As in plans; `unseen`: no pass has recorded anything about it yet',
  ),
  since: z.optional(
    redescribed(time, 'Since when; for `assumed`, since when it could not be read'),
  ),
  generation: z.optional(
    redescribed(generation, 'Generation of the declaration that was last acted on'),
  ),
  declaredGeneration: z.optional(redescribed(generation, 'Generation of the current declaration')),
  ...nextAttemptKeys,
  reason: z.optional(redescribed(reasonSchema, 'Why')),
  causes: z.optional(
    described(
      z.array(causeSchema),
      'Causes of its changes in the last 24 hours, from the last 500 records',
    ),
  ),
  consentUrl: z.optional(text('Where a user has to consent to a server that Trueup created')),
  fights: z.optional(
    described(
      z.array(
        z.object({
          pointer: text('JSON Pointer into spec'),
          times: described(z.array(time), 'When it was corrected, in order'),
        }),
      ),
      'Fields that were corrected three times or more in the last 24 hours, from the last 500 records',
    ),
  ),
});

export const pauseSchema = z.object({
  id: z.optional(text('Id of the server; absent for the whole connection')),
  reason: z.optional(text('The reason that was given')),
  by: z.optional(text('Who paused it')),
  at: redescribed(time, 'Since when'),
  until: z.optional(redescribed(time, 'When it ends; absent: when it is resumed')),
});

const connectionStatusSchema = z.object({
  connection: connectionName,
  provider: z.optional(text('Kind of gateway; absent if the declaration is not valid')),
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
          '`owned`: the process reconciles the connection now; `ended`: it has ended without releasing the lease; `expired`: it did not renew the lease in time. If it is not `owned`, the next pass takes it over',
        ),
        since: z.optional(redescribed(time, 'When that process acquired it')),
        expiresAt: redescribed(time, 'When the lease expires unless it is renewed'),
      }),
      'The owner of the lease; absent if it is free',
    ),
  ),
  ...failingKeys,
  pauses: described(z.array(pauseSchema), 'Active pauses'),
  held: described(z.array(z.string()), 'Digests of held plans that are not approved'),
  approved: described(
    z.array(
      z.object({
        digest: text('Digest of the plan'),
        at: redescribed(time, 'When it was approved; valid for 24 hours'),
        by: z.optional(text('Who approved it')),
        usedAt: z.optional(redescribed(time, 'When a change with this approval was last sent')),
      }),
    ),
    'Valid approvals, whose changes the next pass sends',
  ),
  counts: described(
    z.extend(countsSchema, {
      unseen: redescribed(count, 'No pass has recorded anything about them yet'),
    }),
    'Declared servers by outcome',
  ),
  undeclared: z.optional(
    redescribed(count, 'Number of undeclared live servers in the last full pass'),
  ),
  servers: described(z.array(serverStatusSchema), 'Sorted by label'),
});

export const statusDocumentSchema = z.object({
  version,
  connections: described(z.array(connectionStatusSchema), 'Sorted by name'),
});
