import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { outcomeMeanings, outcomes } from '../../model/outcome.ts';
import { connectionName, count, version } from '../../plan/text/plan-schema.ts';
import { decryptedKeys, triggerSchema, vendorCallsKeys } from '../../plan/text/report-schema.ts';

const counts = Object.fromEntries(
  outcomes.map((outcome) => [outcome, redescribed(count, outcomeMeanings[outcome])]),
);

export const demoDocumentSchema = z.object({
  version,
  passes: described(
    z.array(
      z.object({
        trigger: triggerSchema,
        connection: connectionName,
        servers: redescribed(count, 'Servers in scope; the outcomes add up to it'),
        ...counts,
        vendorCalls: described(z.object(vendorCallsKeys), 'Requests that were sent'),
        ...decryptedKeys,
        durationMs: described(z.number().check(z.minimum(0)), 'Milliseconds'),
      }),
    ),
    'In order',
  ),
});
