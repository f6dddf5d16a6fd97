import * as z from 'zod/mini';
import { jsonIssues } from '../model/json-issues.ts';
import { isTime } from './kept-values.ts';
import type { ChangeRecord, PassReport } from './ledger.types.ts';
import { planSchema } from './plan-schema.ts';
import type { Plan } from './plan.types.ts';
import { causes, outcomes, triggers } from './outcome.ts';

/*
 * What the ledger gives back, as far as anything relies on it: another version of Trueup, or a hand, may have written it.
 * Members that are not known are kept.
 */

const count = z.int().check(z.minimum(0));
const time = z.string().check(z.refine(isTime));
const print = z.object({ keyId: z.string(), mac: z.string() });
const exchange = z.object({ sent: print, answered: print });
const shown = z.object({ kind: z.enum(['value', 'absent', 'unreadable', 'secret']) });

const reason = z.object({
  code: z.string(),
  message: z.string(),
  pointer: z.optional(z.string()),
});

const retryForm = z.object({
  attempts: count,
  notBefore: time,
  key: z.string(),
  state: z.optional(z.literal('needs-login')),
  credential: z.optional(z.string()),
});

const record = z.object({
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
  retry: z.optional(retryForm),
  stopped: z.optional(
    z.object({
      outcome: z.enum(['failed', 'refused']),
      key: z.string(),
      retryAt: z.optional(time),
    }),
  ),
  countedAt: z.optional(time),
});

const report = z.object({
  pass: z.string(),
  trigger: z.enum(triggers),
  connection: z.string(),
  scope: z.enum(['all', 'named']),
  startedAt: time,
  durationMs: z.number(),
  servers: count,
  counts: z.record(z.enum(outcomes), count),
  undeclared: z.optional(count),
  vendorCalls: z.object({ list: count, get: count, put: count, throttled: z.optional(count) }),
  secretsDecrypted: count,
  credentialsDecrypted: count,
  state: z.string(),
  reason: z.optional(reason),
  failures: z.optional(z.record(z.string(), count)),
  differsSince: z.optional(time),
  failingSince: z.optional(time),
  held: z.optional(z.string()),
  details: z.array(
    z.object({
      id: z.string(),
      label: z.optional(z.string()),
      outcome: z.enum(outcomes),
      reason: z.optional(reason),
    }),
  ),
});

const changedFields = z.array(
  z.object({ pointer: z.string(), cause: z.enum(causes), before: shown, after: shown }),
);

const change = z.object({
  server: z.string(),
  label: z.optional(z.string()),
  at: time,
  pass: z.string(),
  trigger: z.enum(triggers),
  fields: changedFields,
});

/** The first place that is not as a server's record has it; undefined if all is. */
export function faultInRecord(value: unknown): string | undefined {
  const parsed = record.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return issue?.path.map(String).join('.') || 'its root';
}

export function isReport(value: unknown): value is PassReport {
  return report.safeParse(value).success;
}

export function isChange(value: unknown): value is ChangeRecord {
  return change.safeParse(value).success;
}

/** The fields of a change, which tables keep as text of their own. */
export function isChangedFields(value: unknown): value is ChangeRecord['fields'] {
  return changedFields.safeParse(value).success;
}

/** Deeper than any that is made: no schema goes down without end. */
const deepestPlan = 100;

export function isPlan(value: unknown): value is Plan {
  return (
    jsonIssues(value, deepestPlan, { halves: true, endless: true }).length === 0 &&
    planSchema.safeParse(value).success
  );
}
