import * as z from 'zod';
import { outcomeMeanings, outcomes } from '../../core/outcome.ts';
import { connectionName, count, version } from '../../core/plan-schema.ts';
import { decryptedKeys, triggerSchema, vendorCallsKeys } from '../../core/report-schema.ts';

const counts = Object.fromEntries(
  outcomes.map((outcome) => [outcome, count.describe(outcomeMeanings[outcome])]),
);

export const demoDocumentSchema = z.object({
  version,
  passes: z
    .array(
      z.object({
        trigger: triggerSchema,
        connection: connectionName,
        servers: count.describe('Servers in scope; the outcomes add up to it'),
        ...counts,
        vendorCalls: z.object(vendorCallsKeys).describe('Requests on the wire'),
        ...decryptedKeys,
        durationMs: z.number().min(0).describe('Milliseconds'),
      }),
    )
    .describe('In the order in which they were made'),
});
