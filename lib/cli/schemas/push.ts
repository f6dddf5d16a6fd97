import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { connectionName, text, version } from '../../plan/text/plan-schema.ts';

const item = text("Key of the row: `connection`, or `server#` and the gateway's id");

const fieldSchema = z.object({
  path: text('JSON Pointer into the row; empty: the whole row'),
  before: z.optional(redescribed(z.json(), 'The value before; absent if there was none')),
  after: z.optional(redescribed(z.json(), 'The declared value; absent if it is removed')),
});

export const pushDocumentSchema = z.object({
  version,
  dryRun: described(z.boolean(), 'Whether nothing was written'),
  changes: described(
    z.array(
      z.object({
        connection: connectionName,
        item,
        label: z.optional(text('Label of the server')),
        action: described(
          z.enum(['add', 'change', 'remove']),
          'What was done with the row; never with the server at the gateway',
        ),
        fields: described(
          z.array(fieldSchema),
          'What differs; empty for rows that are added or removed',
        ),
      }),
    ),
    'Rows that differ from the files',
  ),
  conflicts: described(
    z.array(z.object({ connection: connectionName, item })),
    'Rows that another process changed meanwhile, which were not written',
  ),
});
