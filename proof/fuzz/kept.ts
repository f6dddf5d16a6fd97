import * as z from 'zod/mini';
import type { Ledger, LedgerState } from '../../lib/ledger/ledger.types.ts';
import { planSchema } from '../../lib/plan/text/plan-schema.ts';
import type { ChangeRecord, PassReport, ServerRecord } from '../../lib/model/ledger.types.ts';
import { outcomeCounts, outcomes } from '../../lib/model/outcome.ts';
import { planServer } from '../../lib/plan/server-plan.ts';
import { renderReport } from '../../lib/plan/text/render-text.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { contextOf, inputsOf, serverOf } from '../../test/plan/support/builders.ts';
import { planOf, passReport, plannedServer } from '../../test/plan/support/plans.ts';
import { must } from './fuzzer.ts';
import { canary } from './strange.ts';

/** What the ledger may hold of one connection, as Trueup writes it. */
export const kept = {
  now: Date.parse('2026-11-22T12:00:00.000Z'),
  server: {
    id: 's1',
    rev: 3,
    label: 'salesforce',
    outcome: 'waiting',
    since: '2026-11-22T11:00:00.000Z',
    reason: { code: 'http-503', message: 'busy', pointer: '/name' },
    generation: 7,
    contentHash: 'c'.repeat(64),
    settled: 'c'.repeat(64),
    applied: {
      '/name': { fingerprint: { keyId: 'k1', mac: 'm1' }, at: '2026-11-21T12:00:00.000Z' },
      '/client_secret': {
        fingerprint: { keyId: 'k1', mac: 'm2' },
        at: '2026-11-21T12:00:00.000Z',
        version: 'v1',
        source: 'trueup/acme/x#y',
      },
    },
    undecided: {
      '/description': {
        sent: { keyId: 'k1', mac: 'a' },
        answered: { keyId: 'k1', mac: 'b' },
        showed: 'old',
        attempts: 2,
      },
    },
    normalised: {
      '/slug': { sent: { keyId: 'k1', mac: 'a' }, answered: { keyId: 'k1', mac: 'b' } },
    },
    intent: { epoch: 4, pointers: ['/client_secret'], at: '2026-11-22T11:59:00.000Z' },
    retry: { attempts: 2, notBefore: '2026-11-22T12:01:00.000Z', key: 'k' },
    stopped: { outcome: 'failed', key: 'k', retryAt: '2026-11-22T13:00:00.000Z' },
    countedAt: '2026-11-22T11:30:00.000Z',
  } satisfies ServerRecord,
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
  change: {
    server: 's1',
    label: 'salesforce',
    at: '2026-11-22T11:55:00.000Z',
    pass: 'p1',
    trigger: 'schedule',
    fields: [
      {
        pointer: '/name',
        cause: 'drift',
        before: { kind: 'value', value: 'Old' },
        after: { kind: 'value', value: 'New' },
      },
    ],
  } satisfies ChangeRecord,
  plan: planOf([plannedServer()], { inSync: 2 }),
  hashes: ['h1', 'h2'],
  lease: {
    epoch: 5,
    owner: 'function x',
    acquisition: 'a1',
    expiresAt: Date.parse('2026-11-22T12:01:00.000Z'),
    takenOver: false,
    knocks: 3,
    window: [{ start: '2026-11-22T11:55:00.000Z', changed: 4 }],
    retry: { attempts: 1, notBefore: '2026-11-22T12:05:00.000Z', key: 'k', state: 'needs-login' },
    budget: { tokens: 3.5, at: 1_795_000_000_000, by: 'function x' },
  },
} as const;

const count = z.int().check(z.minimum(0));
const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));
const print = z.object({ keyId: z.string(), mac: z.string() });
const retry = z.object({ attempts: count, notBefore: time, key: z.string() });
const exchange = z.object({ sent: print, answered: print });
const reason = z.object({ code: z.string(), message: z.string(), pointer: z.optional(z.string()) });

/** What a pass relies on; written apart from what reads it. */
const serverForm = z.object({
  id: z.string(),
  rev: z.int().check(z.minimum(1)),
  label: z.optional(z.string()),
  outcome: z.enum(outcomes),
  since: time,
  reason: z.optional(reason),
  generation: z.optional(count),
  contentHash: z.optional(z.string()),
  settled: z.optional(z.string()),
  applied: z.record(
    z.string(),
    z.object({
      fingerprint: print,
      at: time,
      version: z.optional(z.string()),
      source: z.optional(z.string()),
    }),
  ),
  undecided: z.record(
    z.string(),
    z.extend(exchange, { showed: z.enum(['old', 'other']), attempts: count }),
  ),
  normalised: z.record(z.string(), exchange),
  intent: z.optional(z.object({ epoch: count, pointers: z.array(z.string()), at: time })),
  retry: z.optional(retry),
  stopped: z.optional(
    z.object({
      outcome: z.enum(['failed', 'refused']),
      key: z.string(),
      retryAt: z.optional(time),
    }),
  ),
  countedAt: z.optional(time),
});

const pauseForm = z.object({
  id: z.optional(z.string()),
  at: time,
  until: z.optional(time),
  reason: z.optional(z.string()),
  by: z.optional(z.string()),
});
const counts = z.record(z.string(), count);
const reportForm = z.object({
  pass: z.string(),
  startedAt: time,
  counts,
  details: z.array(z.object({ outcome: z.enum(outcomes) })),
});
const changeForm = z.object({
  server: z.string(),
  at: time,
  fields: z.array(
    z.object({
      pointer: z.string(),
      before: z.object({ kind: z.string() }),
      after: z.object({ kind: z.string() }),
    }),
  ),
});

/** The table's form, and the files'. */
export const leaseForm = z.object({
  epoch: count,
  rev: count,
  owner: z.optional(z.string()),
  acquisition: z.optional(z.string()),
  expiresAt: z.optional(count),
  takenOver: z.boolean(),
  knocks: count,
  window: z.array(z.object({ start: time, changed: count })),
  retry: z.optional(z.extend(retry, { state: z.optional(z.literal('needs-login')) })),
  budget: z.optional(z.object({ tokens: z.number(), at: z.number(), by: z.string() })),
});

/** @throws Wrong if `value` is not of the form */
export function mustFit(form: z.ZodMiniType, value: unknown, what: string): void {
  const parsed = form.safeParse(value, { error: z.locales.en().localeError });
  must(
    parsed.success,
    `${what} is read, and is none: ${parsed.success ? '' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
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
  for (const change of (await orPlace(ledger.history('acme'))) ?? [])
    mustFit(changeForm, change, 'a change');
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
    mustFit(serverForm, record, 'a record');
    const inputs = inputsOf(
      serverOf({ name: 'New', description: 'x', client_id: 'y' }),
      { name: 'Old' },
      { record },
    );
    planServer(contextOf(), inputs);
  }
}

function mustBeReport(report: PassReport): void {
  mustFit(reportForm, report, 'a report');
  renderReport(report);
}
