import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { causeSchema, count, shownSchema, text, time } from './plan-schema.ts';
import { passSchema, triggerSchema } from './report-schema.ts';

/*
 * The form of the history's records: as the ledger keeps them, and as `trueup history --output json` prints them.
 */

const kind = <Kind extends string>(name: Kind, what: string) => described(z.literal(name), what);

const server = text("The gateway's id");
const label = () => z.optional(text('What people called it'));
const by = text('Who: the AWS identity, or user and host; `unknown` where it is not known');
const ofServer = () => ({
  server: z.optional(redescribed(server, 'One server; absent: the connection')),
  label: z.optional(text('What people call it')),
});

const sentKeys = () => ({
  at: redescribed(time, 'When it was applied; ISO 8601, UTC'),
  by: z.optional(text('Whose command made the pass; absent: an unattended pass')),
  command: z.optional(described(z.enum(['apply', 'retry']), 'The command; absent without `by`')),
  server,
  label: label(),
  pass: passSchema,
  trigger: triggerSchema,
  declaration: z.optional(text('Content hash of the declaration that was applied')),
  approval: z.optional(text('Digest of the approval that permitted a change of it')),
  fields: described(
    z.array(
      z.object({
        pointer: text('JSON Pointer into spec'),
        cause: causeSchema,
        before: redescribed(shownSchema, 'What the gateway had'),
        after: redescribed(shownSchema, 'What was sent'),
      }),
    ),
    'Field by field',
  ),
});

export const changeRecordSchema = z.object({
  kind: kind('change', 'A PUT changed a server'),
  ...sentKeys(),
});

const act = { at: redescribed(time, 'When it was called; ISO 8601, UTC'), by };

/** Something that was done. */
export const historyRecordSchema = z.discriminatedUnion('kind', [
  changeRecordSchema,
  z.object({
    kind: kind('create', 'A server was to be created; `server` is the key of its row'),
    ...sentKeys(),
  }),
  z.object({
    kind: kind('delete', 'A server was to be deleted; `fields` is what could be read of it'),
    ...sentKeys(),
  }),
  z.object({
    kind: kind('approve', 'What the guard held was approved for 24 hours'),
    ...act,
    digest: text('Of the held plan'),
    changes: redescribed(count, 'How many changes it permits'),
  }),
  z.object({
    kind: kind('pause', 'A connection or a server was paused'),
    ...act,
    ...ofServer(),
    until: z.optional(redescribed(time, 'When it ends; until resumed without it')),
    reason: z.optional(text('In the words of who paused it')),
  }),
  z.object({ kind: kind('resume', 'A pause was ended'), ...act, ...ofServer() }),
  z.object({
    kind: kind('retry', 'What failed or waited was to be tried again'),
    ...act,
    ...ofServer(),
    resend: z.optional(described(z.literal(true), 'What cannot be read was to be sent again')),
  }),
  z.object({
    kind: kind('reconcile', 'The functions were asked for a pass'),
    ...act,
  }),
  z.object({
    kind: kind('login', 'A person signed in for the connection'),
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
          action: described(z.enum(['add', 'change', 'remove']), 'What became of the row'),
        }),
      ),
      'Rows that the push was to write; another process may have written one before',
    ),
  }),
]);
