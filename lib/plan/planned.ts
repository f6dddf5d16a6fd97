import type { DesiredServer } from '../model/desired.types.ts';
import type { Reason, ServerRecord, Time } from '../model/ledger.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { Mode, Outcome } from '../model/outcome.ts';
import type { DiffInputs } from './diff/diff.types.ts';
import { nextAttemptOf } from './due.ts';
import type { Asking } from './due.ts';
import type { FieldChange, PlannedServer } from './plan.types.ts';
import { failureOf } from './record.ts';
import type { Declared, PlanContext, ServerInputs } from './server-plan.types.ts';

/** For a server that the user's command does not include, the pass counts as unattended. */
export function askingOf(context: PlanContext, mode: Mode): Asking {
  const isMeant = mode !== 'report' || context.includeReport;
  return { now: context.now, attended: context.attended && isMeant };
}

export function diffInputsOf(
  context: PlanContext,
  inputs: ServerInputs,
  server: DesiredServer,
  live: LiveServer,
): DiffInputs {
  return {
    account: context.account,
    server: server.id,
    contentHash: server.contentHash,
    live,
    record: inputs.record,
    keys: context.keys,
    secretVersions: context.secretVersions,
    reassertEvery: server.policy.reassertEvery,
    resend: inputs.resend,
    now: context.now,
  };
}

/** The key of a server to which nothing is sent. */
export const nothingToAttempt = () => ({ key: '' });

export function planned(
  { server }: Declared,
  mode: Mode,
  outcome: Outcome,
  record: ServerRecord,
  changes: readonly FieldChange[],
  reason: Reason | undefined,
): PlannedServer {
  return {
    id: server.id,
    ...(server.label !== undefined && { label: server.label }),
    mode,
    outcome,
    ...sinceOf(outcome, record),
    ...(reason && { reason }),
    ...nextAttemptOf(outcome, record),
    changes,
  };
}

function sinceOf(outcome: Outcome, record: ServerRecord): { readonly since?: Time } {
  if (record.rev > 0 && record.outcome === outcome) return { since: record.since };
  if (outcome !== 'failed' && outcome !== 'waiting') return {};
  const { since } = failureOf(record, outcome);
  return since === undefined ? {} : { since };
}
