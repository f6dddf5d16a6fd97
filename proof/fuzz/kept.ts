import * as z from 'zod/mini';
import type { Ledger, LedgerState } from '../../lib/ledger/ledger.types.ts';
import { planSchema } from '../../lib/plan/text/plan-schema.ts';
import { historyRecordSchema } from '../../lib/plan/text/history-schema.ts';
import { recordSchema } from '../../lib/ledger/server-record.ts';
import { leaseSchema } from '../../lib/lease/lease-item.ts';
import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import { outcomeCounts } from '../../lib/model/outcome.ts';
import { planServer } from '../../lib/plan/server-plan.ts';
import { renderReport } from '../../lib/plan/text/render-text.ts';
import { reportSchema } from '../../lib/plan/text/report-schema.ts';
import { isTime } from '../../lib/model/time.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { change as changeOf, fullServer } from '../../test/ledger/records.ts';
import { contextOf, inputsOf, serverOf } from '../../test/plan/support/builders.ts';
import { planOf, passReport, plannedServer } from '../../test/plan/support/plans.ts';
import { must } from './fuzzer.ts';
import { canary } from './strange.ts';

/** What the ledger may hold of one connection, as Trueup writes it. */
export const kept = {
  now: Date.parse('2026-11-22T12:00:00.000Z'),
  server: { ...fullServer('s1'), rev: 3 },
  pause: {
    reason: 'asked',
    by: 'ann',
    at: '2026-11-22T10:00:00.000Z',
    until: '2026-11-23T10:00:00.000Z',
  },
  report: passReport({
    startedAt: '2026-11-22T11:55:00.000Z',
    counts: outcomeCounts(['updated']),
    servers: 1,
  }),
  change: changeOf('s1'),
  plan: planOf([plannedServer()], { inSync: 2 }),
  hashes: ['h1', 'h2'],
  lease: {
    epoch: 5,
    owner: 'function x',
    acquisition: 'a1',
    expiresAt: Date.parse('2026-11-22T12:01:00.000Z'),
    takenOver: false,
    knocks: 3,
    window: [{ from: '2026-11-22T11:55:00.000Z', to: '2026-11-22T11:55:00.000Z', changed: 4 }],
    retry: { attempts: 1, notBefore: '2026-11-22T12:05:00.000Z', key: 'k', state: 'needs-login' },
    budget: { tokens: 3.5, at: 1_795_000_000_000, by: 'function x' },
  },
} as const;

const time = z.string().check(z.refine(isTime));

/** The reader of a pause accepts what was written by hand, so that it has no schema. */
const pauseForm = z.object({
  id: z.optional(z.string()),
  at: time,
  until: z.optional(time),
  reason: z.optional(z.string()),
  by: z.optional(z.string()),
});
/** @throws Wrong if a lease that was read could not be written again */
export function mustBeLease({ rev, ...lease }: LeaseItem): void {
  must(Number.isSafeInteger(rev) && rev >= 0, 'a lease without a revision');
  const stored = z.safeEncode(leaseSchema, lease);
  must(stored.success, `a lease is read, and is not valid: ${stored.error?.message}`);
}

/** @throws Wrong if `value` is not of the form */
export function mustFit(form: z.ZodMiniType, value: unknown, what: string): void {
  const parsed = form.safeParse(value, { error: z.locales.en().localeError });
  must(
    parsed.success,
    `${what} is read, and is not valid: ${parsed.success ? '' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
  );
}

/** What was read, or the StoreError that names the place. */
async function orPlace<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    must(
      error instanceof StoreError,
      `not typed: ${error instanceof Error ? error.stack : String(error)}`,
    );
    must(Object.keys(error.context).length > 0, 'the error names no place');
    must(!error.message.includes(canary), 'the error repeats a value');
    return undefined;
  }
}

/** Reads all of a ledger. What it gives is of its form and can be worked with; else it is an error with its place. */
export async function mustReadLedger(ledger: Ledger): Promise<void> {
  const state = await orPlace(ledger.read('acme'));
  if (state) mustBeState(state);
  const report = await orPlace(ledger.lastReport('acme'));
  for (const one of [report, ...((await orPlace(ledger.reports('acme'))) ?? [])]) {
    if (one) mustBeReport(one);
  }
  for (const record of (await orPlace(ledger.history('acme'))) ?? [])
    mustFit(historyRecordSchema, record, 'a record of the history');
  for (const approval of (await orPlace(ledger.approvals('acme', kept.now))) ?? []) {
    must(
      approval.hashes.every((hash) => typeof hash === 'string'),
      'an approval of no hashes',
    );
    must(Date.parse(approval.at) <= kept.now + 86_400_000, 'an approval that never ends');
  }
  await orPlace(ledger.heldDigests('acme'));
  const held = await orPlace(ledger.held('acme', 'd1'));
  if (held) mustFit(planSchema, held.plan, 'a held plan');
}

function mustBeState({ pauses, servers, resend }: LedgerState): void {
  for (const pause of pauses) mustFit(pauseForm, pause, 'a pause');
  for (const marks of resend.values())
    must(
      [...marks].every((mark) => typeof mark === 'string'),
      'marks that are no text',
    );
  for (const [id, record] of servers) {
    must(record.id === id, 'a record of another server');
    mustFit(recordSchema, record, 'a record');
    const inputs = inputsOf(
      serverOf({ name: 'New', description: 'x', client_id: 'y' }),
      { name: 'Old' },
      { record },
    );
    planServer(contextOf(), inputs);
  }
}

function mustBeReport(report: PassReport): void {
  mustFit(reportSchema, report, 'a report');
  renderReport(report);
}
