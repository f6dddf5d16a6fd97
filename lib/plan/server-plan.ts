import { attemptKey } from './diff/change.ts';
import type { DesiredServer } from '../model/desired.types.ts';
import { diffUnit } from './diff/diff.ts';
import type { FieldVerdict } from './diff/diff.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { Reason, ServerRecord } from '../model/ledger.types.ts';
import { isSent } from '../model/outcome.ts';
import type { Mode, Outcome } from '../model/outcome.ts';
import { findingOf, refusedOf, withRefusedDue } from './finding.ts';
import { planGoing, planNew } from './lifecycle/lifecycle-plan.ts';
import { pauseText } from '../model/pause.ts';
import { askingOf, diffInputsOf, nothingToAttempt, planned } from './planned.ts';
import {
  emptyRecord,
  isNewOutcome,
  keptFailure,
  notedFields,
  remainingIntent,
  withOutcome,
} from './record.ts';
import type { RecordUpdate } from './record.ts';
import type { Declared, PlanContext, ServerInputs, ServerPlan } from './server-plan.types.ts';
import { withSentTogether } from './diff/together.ts';

/** The plan of one server. Its outcome is the first in the list of `outcome.ts` that applies. */
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
  const { created } = declared.server;
  const { lifecycle } = context;
  if (created && lifecycle) {
    const own = { ...declared.server, created };
    if (!created.stored.binding) return planNew(context, lifecycle, inputs, own, record);
    const going = planGoing(context, lifecycle, inputs, own, record);
    if (going) return going;
  }
  if (!live) {
    return simple('missing', {
      code: 'missing',
      message: created ? goneByItself : 'the gateway has no server with this id',
    });
  }
  if (live.readOnly !== undefined) {
    return simple('invalid', { code: 'invalid', message: `it is ${live.readOnly}` });
  }
  const plan = planFields(context, inputs, declared.server, live, record);
  const isConsented =
    live.isConnected === true && created?.stored.binding?.consentUrl !== undefined;
  return isConsented ? { ...plan, label: { kind: 'connected' } } : plan;
}

const goneByItself =
  'the gateway no longer has it. To create it again: declare it absent, apply, then declare it present';

function planFields(
  context: PlanContext,
  inputs: ServerInputs,
  server: DesiredServer,
  live: LiveServer,
  record: ServerRecord,
): ServerPlan {
  const { mode } = server.policy;
  const asking = askingOf(context, mode);
  const diffInputs = diffInputsOf(context, inputs, server, live);
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

function olderThan({ generation }: DesiredServer, record: ServerRecord): Reason | undefined {
  if (generation === undefined || record.generation === undefined) return undefined;
  if (generation >= record.generation) return undefined;
  return {
    code: 'older-generation',
    message: `generation ${generation} is older than ${record.generation}, which was already acted on; push it again to go back to it`,
  };
}

/**
 * The record to write after planning if nothing is sent, or undefined if nothing changed. Changes are: a first
 * baseline, an outdated applied record, a field that is no longer owned, a new outcome.
 */
export function notedRecord(
  plan: ServerPlan,
  declared: Declared,
  now: number,
): ServerRecord | undefined {
  const { record, planned: finding, verdicts } = plan;
  if (isSent(finding.outcome)) return undefined;
  const { label } = declared.server;
  // No verdicts: the server was not compared, or it declares nothing and is in sync.
  const compared = verdicts.length > 0 || plan.inSyncAs !== undefined;
  const update: RecordUpdate = {
    ...(compared ? notedFields(record, verdicts) : keptFailure(record)),
    intent: remainingIntent(record.intent, shownUnits(verdicts)),
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

/** A field that a read shows as declared is not unknown, whatever became of the PUT that had it. */
const shownUnits = (verdicts: readonly FieldVerdict[]) =>
  verdicts.flatMap(({ state, unit }) => (state === 'inSync' ? [unit] : []));

/** In sync: the declaration counts as acted on, and earlier failures are cleared. */
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
