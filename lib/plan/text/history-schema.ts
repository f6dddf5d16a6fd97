import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { causeSchema, count, shownSchema, text, time } from './plan-schema.ts';
import { passSchema, triggerSchema } from './report-schema.ts';

/* The schema of history records, as the ledger stores them and as `trueup history --output json` prints them. */

const kind = <Kind extends string>(name: Kind, what: string) => described(z.literal(name), what);

const server = text("The gateway's id");
const label = () => z.optional(text('Its label'));
const by = text('Who did it: an AWS identity, or user and host; `unknown` if not known');
const ofServer = () => ({
  server: z.optional(redescribed(server, 'The server; absent: the whole connection')),
  label: z.optional(text('Its label')),
});

const sentKeys = () => ({
  at: redescribed(time, 'When it was applied; ISO 8601, UTC'),
  by: z.optional(text('Whose command ran the pass; absent: an unattended pass')),
  command: z.optional(described(z.enum(['apply', 'retry']), 'The command; absent without `by`')),
  server,
  label: label(),
  pass: passSchema,
  trigger: triggerSchema,
  declaration: z.optional(text('Content hash of the declaration that was applied')),
  approval: z.optional(text('Digest of the approval that allowed the change')),
  fields: described(
    z.array(
      z.object({
        pointer: text('JSON Pointer into spec'),
        cause: causeSchema,
        before: redescribed(shownSchema, 'What the gateway had'),
        after: redescribed(shownSchema, 'What was sent'),
      }),
    ),
    'The changes, by field',
  ),
});

export const changeRecordSchema = z.object({
  kind: kind('change', 'A PUT changed a server'),
  ...sentKeys(),
});

const act = { at: redescribed(time, 'When the command ran; ISO 8601, UTC'), by };

/** One record of the history. */
export const historyRecordSchema = z.discriminatedUnion('kind', [
  changeRecordSchema,
  z.object({
    kind: kind(
      'create',
      'A request to create a server was about to be sent; `server` is the key of its row',
    ),
    ...sentKeys(),
  }),
  z.object({
    kind: kind(
      'delete',
      'A request to delete a server was about to be sent; `fields` has what could be read of it',
    ),
    ...sentKeys(),
  }),
  z.object({
    kind: kind('approve', 'What the guard held was approved for 24 hours'),
    ...act,
    digest: text('Digest of the held plan'),
    changes: redescribed(count, 'How many changes it allows'),
  }),
  z.object({
    kind: kind('pause', 'A connection or a server was paused'),
    ...act,
    ...ofServer(),
    until: z.optional(redescribed(time, 'When it ends; absent: when it is resumed')),
    reason: z.optional(text('The reason that was given')),
  }),
  z.object({ kind: kind('resume', 'A pause was ended'), ...act, ...ofServer() }),
  z.object({
    kind: kind('retry', 'Servers that failed or waited are tried again'),
    ...act,
    ...ofServer(),
    resend: z.optional(described(z.literal(true), 'Fields that cannot be read are sent again')),
  }),
  z.object({
    kind: kind('reconcile', 'A pass was requested from the functions'),
    ...act,
  }),
  z.object({
    kind: kind('login', 'A user signed in for the connection'),
    ...act,
  }),
  z.object({
    kind: kind('push', 'Declarations were written to the table'),
    ...act,
    rows: described(
      z.array(
        z.object({
          server: z.optional(redescribed(server, "Absent: the connection's own row")),
          label: label(),
          action: described(z.enum(['add', 'change', 'remove']), 'What was done with the row'),
        }),
      ),
      'Rows that the push was about to write; another process may have written some of them first',
    ),
  }),
]);
