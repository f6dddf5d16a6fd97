import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import {
  causeSchema,
  connectionName,
  shownSchema,
  text,
  time,
  version,
} from '../../plan/text/plan-schema.ts';
import { passSchema, triggerSchema } from '../../plan/text/report-schema.ts';

const changeSchema = z.object({
  connection: connectionName,
  server: text("The vendor's id"),
  label: z.optional(text('What people called it')),
  at: redescribed(time, 'When it was applied; ISO 8601, UTC'),
  pass: passSchema,
  trigger: triggerSchema,
  fields: described(
    z.array(
      z.object({
        pointer: text('JSON Pointer into spec'),
        cause: causeSchema,
        before: redescribed(shownSchema, 'What the vendor had'),
        after: redescribed(shownSchema, 'What was sent'),
      }),
    ),
    'Field by field',
  ),
});

export const historyDocumentSchema = z.object({
  version,
  changes: described(z.array(changeSchema), 'Newest first'),
});
