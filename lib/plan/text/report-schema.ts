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

/* The schema of a pass's report, which `apply` and `reconcile` print with `--output json`. */

export const triggerSchema = described(z.enum(triggers), 'What started the pass');
export const passSchema = text('Id of the pass; later ones sort after it');
export const passEndSchema = described(
  z.enum(['ok', 'unreachable', 'needs-login', 'invalid', 'interrupted']),
  'How the pass ended. `unreachable`, `needs-login`: the connection failed; `invalid`: its own declaration is not valid; `interrupted`: the lease was lost or the time limit reached',
);

/** Requests that were sent. */
export const vendorCallsKeys = {
  list: redescribed(count, 'Pages of the list'),
  get: redescribed(count, 'Reads of a single server'),
  put: redescribed(count, 'Writes of a single server'),
  create: z.optional(redescribed(count, 'Requests to create a server; absent: none')),
  delete: z.optional(redescribed(count, 'Requests to delete a server; absent: none')),
};

export const decryptedKeys = {
  secretsDecrypted: redescribed(count, 'Secrets of servers whose value was fetched'),
  credentialsDecrypted: redescribed(
    count,
    'Secrets of the connection itself whose value was fetched',
  ),
};

export const reportSchema = z.object({
  pass: passSchema,
  trigger: triggerSchema,
  connection: connectionName,
  scope: described(
    z.enum(['all', 'named']),
    '`all` servers of the connection, or those `named` by the trigger',
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
    'Requests that were sent',
  ),
  ...decryptedKeys,
  state: passEndSchema,
  reason: z.optional(redescribed(reasonSchema, 'Why the pass ended early')),
  ...failingKeys,
  failures: z.optional(
    described(
      z.partialRecord(z.enum(failureReasons), count),
      'Number of failing servers by reason, plus one for a pass that ended early',
    ),
  ),
  differsSince: z.optional(
    redescribed(time, 'Since when the oldest of the servers that differ, or may differ, does so'),
  ),
  failingSince: z.optional(redescribed(time, 'The same for those that cannot be kept true')),
  unsureSince: z.optional(
    redescribed(time, 'The same for those that may have been created or deleted'),
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
    'Servers that need attention, at most 100',
  ),
});

/** Reports of several connections. */
export const reportDocumentSchema = z.object({
  version,
  reports: described(z.array(reportSchema), 'One report for each connection that had a pass'),
});
