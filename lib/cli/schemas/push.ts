import * as z from 'zod';
import { connectionName, version } from '../../core/plan-schema.ts';

const item = z.string().describe("Of the row: `connection`, or `server#` and the vendor's id");

const fieldSchema = z.object({
  path: z.string().describe('JSON Pointer into the row; the whole row if empty'),
  before: z.json().describe('What stood there; absent if nothing did').optional(),
  after: z.json().describe('What is declared; absent if it goes').optional(),
});

export const pushDocumentSchema = z.object({
  version,
  dryRun: z.boolean().describe('Nothing was written'),
  changes: z
    .array(
      z.object({
        connection: connectionName,
        item,
        label: z.string().describe('What people call the server').optional(),
        action: z.enum(['add', 'change', 'remove']).describe('Of the row; never at the vendor'),
        fields: z.array(fieldSchema).describe('What differs; none of rows that come or go'),
      }),
    )
    .describe('Rows that differ from the files'),
  conflicts: z
    .array(z.object({ connection: connectionName, item }))
    .describe('Rows that somebody else wrote meanwhile: left as they are'),
});
