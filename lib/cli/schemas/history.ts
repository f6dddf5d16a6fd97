import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { connectionName, text, time, version } from '../../plan/text/plan-schema.ts';
import { historyRecordSchema } from '../../plan/text/history-schema.ts';

const shownRecordSchema = z.intersection(
  historyRecordSchema,
  z.object({
    connection: connectionName,
    declaredBy: z.optional(
      text(
        'For a change in an unattended pass that a declaration caused: who pushed the declaration; `unknown` if another tool wrote the row',
      ),
    ),
    declaredAt: z.optional(redescribed(time, 'When it was pushed')),
  }),
);

export const historyDocumentSchema = z.object({
  version,
  records: described(z.array(shownRecordSchema), 'Newest first'),
  more: described(z.boolean(), 'Whether there are older matching records (see --limit)'),
});
