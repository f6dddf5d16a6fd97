import * as z from 'zod';
import { causeSchema, connectionName, shownSchema, time, version } from '../../core/plan-schema.ts';
import { passSchema, triggerSchema } from '../../core/report-schema.ts';

const changeSchema = z.object({
  connection: connectionName,
  server: z.string().describe("The vendor's id"),
  label: z.string().describe('What people called it').optional(),
  at: time.describe('When it was applied; ISO 8601, UTC'),
  pass: passSchema,
  trigger: triggerSchema,
  fields: z
    .array(
      z.object({
        pointer: z.string().describe('JSON Pointer into spec'),
        cause: causeSchema,
        before: shownSchema.describe('What the vendor had'),
        after: shownSchema.describe('What was sent'),
      }),
    )
    .describe('Field by field'),
});

export const historyDocumentSchema = z.object({
  version,
  changes: z.array(changeSchema).describe('Newest first'),
});
