import * as z from 'zod';
import { failureReasons } from './failure-reason.ts';
import { triggers } from './outcome.ts';
import {
  connectionName,
  count,
  countsSchema,
  outcomeSchema,
  reasonSchema,
  serverKeys,
  time,
  version,
} from './plan-schema.ts';

/* The form of a pass's report as data: what `apply` and `reconcile` print with `--output json`. */

export const triggerSchema = z.enum(triggers).describe('What asked for the pass');
export const passSchema = z.string().describe('Id of the pass; later ones sort after it');
export const passEndSchema = z
  .enum(['ok', 'unreachable', 'needs-login', 'invalid', 'interrupted'])
  .describe(
    "How the pass ended: `unreachable` and `needs-login` are the connection's failure, `invalid` its own declaration's, `interrupted`: the lease or the time was over",
  );

/** Requests on the wire. */
export const vendorCallsKeys = {
  list: count.describe('Pages of the list'),
  get: count.describe('Single servers that were read'),
  put: count.describe('Single servers that were written'),
};

export const decryptedKeys = {
  secretsDecrypted: count.describe("Servers' secrets whose value was fetched"),
  credentialsDecrypted: count.describe("The connection's own secrets whose value was fetched"),
};

export const reportSchema = z.object({
  pass: passSchema,
  trigger: triggerSchema,
  connection: connectionName,
  scope: z
    .enum(['all', 'named'])
    .describe('All servers of the connection, or those that the trigger named'),
  startedAt: time.describe('When it began; ISO 8601, UTC'),
  durationMs: z.number().min(0).describe('Milliseconds'),
  servers: count.describe('Servers in scope; the counts add up to it'),
  counts: countsSchema.describe('Servers by outcome'),
  undeclared: count.describe('Live servers that nobody declared; full passes only').optional(),
  vendorCalls: z
    .object({
      ...vendorCallsKeys,
      throttled: count.describe('How many of them were answered with 429').optional(),
    })
    .describe('Requests on the wire'),
  ...decryptedKeys,
  state: passEndSchema,
  reason: reasonSchema.describe('Why the pass ended early').optional(),
  failures: z
    .partialRecord(z.enum(failureReasons), count)
    .describe('How many servers fail for which reason, and one for a pass that ended early')
    .optional(),
  differsSince: time
    .describe('Since when the longest stands of the servers that differ, or may')
    .optional(),
  failingSince: time.describe('The same of those that cannot be kept true').optional(),
  held: z.string().describe('Digest of what the guard holds').optional(),
  details: z
    .array(
      z.object({
        ...serverKeys,
        outcome: outcomeSchema,
        reason: reasonSchema.describe('Why').optional(),
      }),
    )
    .describe('Servers with an outcome to look at, at most 100'),
});

/** Reports of several connections. */
export const reportDocumentSchema = z.object({
  version,
  reports: z.array(reportSchema).describe('One for each connection that had a pass'),
});
