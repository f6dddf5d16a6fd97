import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { failureReasons } from '../../model/errors/failure-reason.ts';
import { triggers } from '../../model/outcome.ts';
import {
  connectionName,
  count,
  countsSchema,
  failingKeys,
  nextAttemptKeys,
  outcomeSchema,
  reasonSchema,
  serverKeys,
  text,
  time,
  version,
} from './plan-schema.ts';

/* The form of a pass's report as data: what `apply` and `reconcile` print with `--output json`. */

export const triggerSchema = described(z.enum(triggers), 'What asked for the pass');
export const passSchema = text('Id of the pass; later ones sort after it');
export const passEndSchema = described(
  z.enum(['ok', 'unreachable', 'needs-login', 'invalid', 'interrupted']),
  "How the pass ended: `unreachable` and `needs-login` are the connection's failure, `invalid` its own declaration's, `interrupted`: the lease or the time had ended",
);

/** Requests on the wire. */
export const vendorCallsKeys = {
  list: redescribed(count, 'Pages of the list'),
  get: redescribed(count, 'Single servers that were read'),
  put: redescribed(count, 'Single servers that were written'),
  create: z.optional(redescribed(count, 'Servers that were to be created; absent: none')),
  delete: z.optional(redescribed(count, 'Servers that were to be deleted; absent: none')),
};

export const decryptedKeys = {
  secretsDecrypted: redescribed(count, "Servers' secrets whose value was fetched"),
  credentialsDecrypted: redescribed(count, "The connection's own secrets whose value was fetched"),
};

export const reportSchema = z.object({
  pass: passSchema,
  trigger: triggerSchema,
  connection: connectionName,
  scope: described(
    z.enum(['all', 'named']),
    'All servers of the connection, or those that the trigger named',
  ),
  startedAt: redescribed(time, 'When it began; ISO 8601, UTC'),
  durationMs: described(z.number().check(z.minimum(0)), 'Milliseconds'),
  servers: redescribed(count, 'Servers in scope; the counts add up to it'),
  counts: redescribed(countsSchema, 'Servers by outcome'),
  undeclared: z.optional(redescribed(count, 'Undeclared live servers; full passes only')),
  vendorCalls: described(
    z.object({
      ...vendorCallsKeys,
      throttled: z.optional(redescribed(count, 'How many of them were answered with 429')),
    }),
    'Requests on the wire',
  ),
  ...decryptedKeys,
  state: passEndSchema,
  reason: z.optional(redescribed(reasonSchema, 'Why the pass ended early')),
  ...failingKeys,
  failures: z.optional(
    described(
      z.partialRecord(z.enum(failureReasons), count),
      'How many servers fail for which reason, and one for a pass that ended early',
    ),
  ),
  differsSince: z.optional(
    redescribed(time, 'Since when the first of the servers that differ, or may, has done so'),
  ),
  failingSince: z.optional(redescribed(time, 'The same of those that cannot be kept true')),
  unsureSince: z.optional(
    redescribed(time, 'The same of those that may have been created or deleted'),
  ),
  held: z.optional(text('Digest of what the guard holds')),
  details: described(
    z.array(
      z.object({
        ...serverKeys,
        outcome: outcomeSchema,
        since: z.optional(redescribed(time, 'Since when; ISO 8601, UTC')),
        reason: z.optional(redescribed(reasonSchema, 'Why')),
        ...nextAttemptKeys,
      }),
    ),
    'Servers with an outcome to look at, at most 100',
  ),
});

/** Reports of several connections. */
export const reportDocumentSchema = z.object({
  version,
  reports: described(z.array(reportSchema), 'One for each connection that had a pass'),
});
