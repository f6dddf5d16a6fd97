import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { connectionName, text, version } from '../../plan/text/plan-schema.ts';

const item = text("Of the row: `connection`, or `server#` and the gateway's id");

const fieldSchema = z.object({
  path: text('JSON Pointer into the row; the whole row if empty'),
  before: z.optional(redescribed(z.json(), 'What was there; absent if there was nothing')),
  after: z.optional(redescribed(z.json(), 'What is declared; absent if it goes')),
});

export const pushDocumentSchema = z.object({
  version,
  dryRun: described(z.boolean(), 'Nothing was written'),
  changes: described(
    z.array(
      z.object({
        connection: connectionName,
        item,
        label: z.optional(text('What people call the server')),
        action: described(z.enum(['add', 'change', 'remove']), 'Of the row; never at the gateway'),
        fields: described(z.array(fieldSchema), 'What differs; none of rows that come or go'),
      }),
    ),
    'Rows that differ from the files',
  ),
  conflicts: described(
    z.array(z.object({ connection: connectionName, item })),
    'Rows that another process wrote in the meantime: not changed',
  ),
});
