import * as z from 'zod';
import { outcomes } from '../../core/outcome.ts';
import {
  connectionName,
  count,
  countsSchema,
  modeSchema,
  reasonSchema,
  serverKeys,
  time,
  version,
} from '../../core/plan-schema.ts';
import { passEndSchema, passSchema, triggerSchema } from '../../core/report-schema.ts';

const generation = z.int().min(1);

const serverStatusSchema = z.object({
  ...serverKeys,
  outcome: z
    .enum([...outcomes, 'unseen'])
    .describe('As in plans; `unseen`: no pass has recorded anything of it yet'),
  since: time.describe('Since when; of `assumed`, since when nobody could read it').optional(),
  generation: generation.describe('Of the declaration that was last acted on').optional(),
  declaredGeneration: generation.describe('Of the declaration that stands').optional(),
  nextAttempt: time.describe('Not before this is it tried again').optional(),
  reason: reasonSchema.describe('Why').optional(),
});

const pauseSchema = z.object({
  id: z.string().describe('Of the server; absent for the whole connection').optional(),
  reason: z.string().describe('In the words of who paused it').optional(),
  by: z.string().describe('Who paused it').optional(),
  at: time.describe('Since when'),
  until: time.describe('When it ends; until resumed without it').optional(),
});

const connectionStatusSchema = z.object({
  connection: connectionName,
  provider: z.string().describe('The vendor; absent where the declaration is invalid').optional(),
  mode: modeSchema.optional(),
  state: z
    .enum([...passEndSchema.options, 'unseen'])
    .describe('How the last pass ended; `unseen` before the first'),
  reason: reasonSchema.describe('Why it ended early').optional(),
  lastPass: z
    .object({
      pass: passSchema,
      at: time.describe('When it began'),
      trigger: triggerSchema,
      durationMs: z.number().min(0).describe('Milliseconds'),
    })
    .describe('The last pass that ended')
    .optional(),
  lease: z
    .object({
      owner: z.string().describe('Who'),
      expiresAt: time.describe('Renewed while it goes on'),
    })
    .describe('Who reconciles it now')
    .optional(),
  nextAttempt: time.describe('Not before this is the connection tried again').optional(),
  pauses: z.array(pauseSchema).describe("The operators' pauses that stand"),
  held: z.array(z.string()).describe('Digests of plans that the guard holds'),
  counts: countsSchema
    .extend({ unseen: count.describe('No pass has recorded anything of them yet') })
    .describe('Declared servers by outcome'),
  servers: z.array(serverStatusSchema).describe('By label'),
});

export const statusDocumentSchema = z.object({
  version,
  connections: z.array(connectionStatusSchema).describe('By name'),
});
