import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { connectionName, text, time, version } from '../../plan/text/plan-schema.ts';
import { reportSchema } from '../../plan/text/report-schema.ts';

/** One line of `trueup watch -o json`: a document of its own. */
export const watchLineSchema = z.object({
  version,
  at: redescribed(time, 'When it happened'),
  event: described(
    z.enum(['started', 'pass', 'busy', 'error', 'ended']),
    '`busy`: another command has the lease; `error`: no pass was made',
  ),
  connections: z.optional(described(z.array(connectionName), 'Of `started`: what is watched')),
  everyMs: z.optional(described(z.number(), 'Of `started`: milliseconds between passes')),
  connection: z.optional(redescribed(connectionName, 'Of `busy` and `error`; absent: all')),
  report: z.optional(redescribed(reportSchema, 'Of `pass`')),
  problem: z.optional(text('Of `error`: what is wrong')),
  next: z.optional(text('Of `error`: what to do')),
});
