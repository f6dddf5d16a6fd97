import { attemptKey } from './change.ts';
import type { DesiredServer, InvalidServer } from '../model/desired.types.ts';
import { diffUnit } from './diff.ts';
import type { DiffInputs, FieldVerdict } from './diff.types.ts';
import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { AttemptKey, Pause, Reason, ServerRecord, Time } from '../model/ledger.types.ts';
import type { Mode, Outcome } from '../model/outcome.ts';
import type { FieldChange, PlannedServer } from './plan.types.ts';
import { nextAttemptOf } from './due.ts';
import type { Asking } from './due.ts';
import { findingOf, refusedOf, withRefusedDue } from './finding.ts';
import { pauseText } from '../model/pause.ts';
import {
  emptyRecord,
  failureOf,
  isNewOutcome,
  keptFailure,
  notedFields,
  withOutcome,
} from './record.ts';
import type { RecordUpdate } from './record.ts';
import { withSentTogether } from './together.ts';

/** A declared server, parsed or not. */
export type Declared =
  | { readonly valid: true; readonly server: DesiredServer }
  | { readonly valid: false; readonly server: InvalidServer };

/** What the plan of each server of a connection depends on alike. */
export interface PlanContext extends Asking {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly keys: FingerprintKeys;
  readonly secretVersions: ReadonlyMap<string, string>;
  /** Version of the secret that the connection signs in with, where it is known. */
  readonly credential?: string | undefined;
  /** Whether the person who asks also means servers of mode `report`. */
  readonly includeReport: boolean;
}

/** What it depends on of its own. */
export interface ServerInputs {
  readonly declared: Declared;
  /** Absent: the vendor does not have it. */
  readonly live?: LiveServer | undefined;
  readonly record?: ServerRecord | undefined;
  readonly pause?: Pause | undefined;
  /** Whether a GET said what the list leaves out. */
  readonly isRead?: boolean | undefined;
  readonly resend: DiffInputs['resend'];
}

/** A server's plan, and what apply and the ledger need of it. */
export interface ServerPlan {
  readonly planned: PlannedServer;
  readonly inSyncAs?: 'inSync' | 'assumed' | undefined;
  readonly verdicts: readonly FieldVerdict[];
  /** `attemptKey`. Only backoff and failures ask for it, and of a fleet few servers have them. */
  readonly key: () => AttemptKey;
  /** The current record, or the empty one. */
  readonly record: ServerRecord;
  /** When a GET said what the list leaves out, if it did in this pass. */
  readonly readAt?: Time | undefined;
}

/** The plan of one server: the outcome is the first of the list in `outcome.ts` that fits. */
export function planServer(context: PlanContext, inputs: ServerInputs): ServerPlan {
  const { declared, live, pause } = inputs;
  const { server } = declared;
  const record = inputs.record ?? emptyRecord(server.id, context.now, context.account);
  const mode: Mode = declared.valid ? declared.server.policy.mode : 'report';
  const simple = (outcome: Outcome, reason?: Reason): ServerPlan => ({
    planned: planned(declared, mode, outcome, record, [], reason),
    verdicts: [],
    key: nothingToAttempt,
    record,
  });
  if (mode === 'off') return simple('off');
  if (pause) return simple('paused', { code: 'paused', message: pauseText(pause) });
  if (!declared.valid) {
    return simple('invalid', { code: 'invalid', message: declared.server.reason });
  }
  const older = olderThan(declared.server, record);
  if (older) return simple('invalid', older);
  if (!live) {
    return simple('missing', {
      code: 'missing',
      message: 'the gateway has no server with this id',
    });
  }
  if (live.readOnly !== undefined) {
    return simple('invalid', { code: 'invalid', message: `it is ${live.readOnly}` });
  }
  return planFields(context, inputs, declared.server, live, record);
}

function planFields(
  context: PlanContext,
  inputs: ServerInputs,
  server: DesiredServer,
  live: LiveServer,
  record: ServerRecord,
): ServerPlan {
  const { reassertEvery, mode } = server.policy;
  // To a server that the person does not mean, it is a pass like any other.
  const isMeant = mode !== 'report' || context.includeReport;
  const asking: Asking = { now: context.now, attended: context.attended && isMeant };
  const diffInputs: DiffInputs = {
    account: context.account,
    server: server.id,
    contentHash: server.contentHash,
    live,
    record: inputs.record,
    keys: context.keys,
    secretVersions: context.secretVersions,
    reassertEvery,
    resend: inputs.resend,
    now: context.now,
  };
  const key = () => attemptKey(server, context.secretVersions, context.credential);
  const diffed = server.units.map((unit) => diffUnit(diffInputs, unit));
  const verdicts = withSentTogether(
    diffInputs,
    withRefusedDue(asking, server, record, diffed, key),
  );
  const { outcome, reason, changes } = findingOf(asking, server, record, verdicts, key);
  const inSyncAs = outcome === 'assumed' ? 'assumed' : 'inSync';
  return {
    planned: planned(inputs.declared, mode, outcome, record, changes, reason),
    inSyncAs: changes.length === 0 ? inSyncAs : undefined,
    verdicts,
    key,
    record,
    readAt:
      inputs.isRead === true && server.units.some(({ field }) => field.readByGet === true)
        ? new Date(context.now).toISOString()
        : undefined,
  };
}

const nothingToAttempt = () => ({ key: '' });

function olderThan({ generation }: DesiredServer, record: ServerRecord): Reason | undefined {
  if (generation === undefined || record.generation === undefined) return undefined;
  if (generation >= record.generation) return undefined;
  return {
    code: 'older-generation',
    message: `generation ${generation} is older than ${record.generation}, which was already acted on; push it again to go back to it`,
  };
}

function planned(
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

/**
 * The record that the ledger should have once this is planned and nothing is sent, if it is news: a first baseline,
 * an applied record that lagged behind, a released field, another outcome.
 */
export function notedRecord(
  plan: ServerPlan,
  declared: Declared,
  now: number,
): ServerRecord | undefined {
  const { record, planned: finding, verdicts } = plan;
  if (finding.outcome === 'updated') return undefined;
  const { label } = declared.server;
  // A server that was not compared has no verdicts; one that declares nothing has none either, and is in sync.
  const compared = verdicts.length > 0 || plan.inSyncAs !== undefined;
  const update: RecordUpdate = {
    ...(compared ? notedFields(record, verdicts) : keptFailure(record)),
    label,
    reason: finding.reason,
    ...(finding.since !== undefined && { since: finding.since }),
    ...(plan.readAt !== undefined && { readAt: plan.readAt }),
    ...(finding.outcome === 'refused' && { stopped: refusedOf(record.stopped, plan.key(), now) }),
    ...(declared.valid && plan.inSyncAs && acted(plan, declared.server)),
  };
  return isNewOutcome(record, finding.outcome, update)
    ? withOutcome(record, finding.outcome, now, update)
    : undefined;
}

/** In sync, the declaration counts as acted on, and what kept an earlier one from it has ended. */
function acted({ record, verdicts }: ServerPlan, server: DesiredServer): RecordUpdate {
  const provable = verdicts.every((verdict) => verdict.state !== 'assumed' || verdict.verifiable);
  const { contentHash } = server;
  return {
    generation: server.generation ?? record.generation,
    contentHash,
    settled: provable || record.settled === contentHash ? contentHash : undefined,
    stopped: undefined,
    retry: undefined,
  };
}
