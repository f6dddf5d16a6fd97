import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { connectionName, text, time, version } from '../../plan/text/plan-schema.ts';
import { reportSchema } from '../../plan/text/report-schema.ts';

/** One line of `trueup watch -o json`, which is a separate document. */
export const watchLineSchema = z.object({
  version,
  at: redescribed(time, 'When it happened'),
  event: described(
    z.enum(['started', 'pass', 'busy', 'error', 'ended']),
    '`busy`: another command has the lease; `error`: no pass was run',
  ),
  connections: z.optional(
    described(z.array(connectionName), 'For `started`: the watched connections'),
  ),
  everyMs: z.optional(described(z.number(), 'For `started`: milliseconds between passes')),
  connection: z.optional(redescribed(connectionName, 'For `busy` and `error`; absent: all')),
  report: z.optional(redescribed(reportSchema, 'For `pass`')),
  problem: z.optional(text('For `error`: the problem')),
  next: z.optional(text('For `error`: the next step')),
});
