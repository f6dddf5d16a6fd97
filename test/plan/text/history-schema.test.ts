import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import type { HistoryRecord } from '../../../lib/model/history.types.ts';
import { historyRecordSchema } from '../../../lib/plan/text/history-schema.ts';

const at = '2026-11-22T10:00:00.000Z';
const by = 'arn:aws:iam::123456789012:user/ana';
const server = 'a';
const label = 'first';

const change = {
  kind: 'change',
  at,
  server,
  pass: '01',
  trigger: 'schedule',
  fields: [
    {
      pointer: '/name',
      cause: 'declared',
      before: { kind: 'value', value: 'Old' },
      after: { kind: 'value', value: 'New' },
    },
    {
      pointer: '/client_secret',
      cause: 'rotated',
      before: { kind: 'unreadable' },
      after: { kind: 'secret', secret: 'trueup/acme/a' },
    },
  ],
} as const;

const records: Readonly<Record<string, HistoryRecord>> = {
  'a change of an unattended pass': change,
  'a change by a command': { ...change, label, by, command: 'retry', approval: 'b2' },
  'an approval': { kind: 'approve', at, by, digest: 'b2', changes: 3 },
  'a pause of a connection': { kind: 'pause', at, by },
  'a pause of a server': { kind: 'pause', at, by, server, label, until: at, reason: 'audit' },
  'a resume': { kind: 'resume', at, by, server },
  'a retry': { kind: 'retry', at, by },
  'a retry with --resend': { kind: 'retry', at, by, server, resend: true },
  'a request for a pass': { kind: 'reconcile', at, by },
  'a sign-in': { kind: 'login', at, by },
  'a push': {
    kind: 'push',
    at,
    by,
    rows: [{ action: 'change' }, { server, label, action: 'remove' }],
  },
};

test.each(Object.entries(records))('%s is read as it was written', (_, record) => {
  const stored = JSON.parse(JSON.stringify(record)) as unknown;
  expect(z.parse(historyRecordSchema, stored)).toEqual(record);
});

test('a member that is not known is left out: a newer Trueup may have written it', () => {
  const record = { kind: 'login', at, by };
  expect(z.parse(historyRecordSchema, { ...record, since: at })).toEqual(record);
});

test.each<[string, unknown]>([
  ['a kind that is not known', { kind: 'delete', at, by }],
  ['no kind', { at, by }],
  ['something that is not a time', { kind: 'login', at: 'yesterday', by }],
  ['no caller, of an act', { kind: 'resume', at }],
  ['no server, of a change', { ...change, server: undefined }],
  ['a command that sends nothing', { ...change, by, command: 'plan' }],
  ['a trigger that is not known', { ...change, trigger: 'moon' }],
  ['a field without what was sent', { ...change, fields: [{ ...change.fields[0], after: null }] }],
  ['a negative count', { kind: 'approve', at, by, digest: 'b2', changes: -1 }],
  [
    '`resend: false`, which is left out where it is so',
    { kind: 'retry', at, by, server, resend: false },
  ],
  ['an action that is not known', { kind: 'push', at, by, rows: [{ action: 'move' }] }],
])('a record is refused that has %s', (_, record) => {
  expect(z.safeParse(historyRecordSchema, record).success).toBe(false);
});
