import type { DesiredServer, ServerPolicy } from '../model/desired.types.ts';
import type { AttemptKey, Reason, ServerRecord, Stopped } from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';
import type { FieldVerdict } from './diff/diff.types.ts';
import { isDue, isSameAttempt, stoppedAgain } from './due.ts';
import type { Asking } from './due.ts';
import type { FieldChange } from './plan.types.ts';
import { failureOf } from './record.ts';

/** Sends refused fields once more when they are due. */
export function withRefusedDue(
  asking: Asking,
  { policy }: DesiredServer,
  { stopped }: ServerRecord,
  verdicts: readonly FieldVerdict[],
  key: () => AttemptKey,
): readonly FieldVerdict[] {
  if (!verdicts.some(({ state }) => state === 'refused')) return verdicts;
  if (!(stopped ? isStoppedDue(asking, policy, stopped, key) : asking.attended)) return verdicts;
  return verdicts.map((verdict) => {
    if (verdict.state !== 'refused') return verdict;
    const { reason: refused, ...rest } = verdict;
    return { ...rest, state: 'change', refused };
  });
}

/** Unattended passes send nothing in mode `report`, so a failure there stays `failed` although its time is reached. */
function isStoppedDue(
  asking: Asking,
  { mode }: ServerPolicy,
  stopped: Stopped,
  key: () => AttemptKey,
): boolean {
  if (mode === 'report' && !asking.attended) return !isSameAttempt(stopped, key());
  return isDue(stopped, key, asking);
}

export interface Finding {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly changes: readonly FieldChange[];
}

/** Refused fields do not block the others: if anything can be sent, that is the finding, without the refused fields. */
export function findingOf(
  asking: Asking,
  { policy }: DesiredServer,
  record: ServerRecord,
  verdicts: readonly FieldVerdict[],
  key: () => AttemptKey,
): Finding {
  const { stopped, retry } = record;
  const toSend: FieldChange[] = [];
  const refused: (FieldVerdict & { state: 'refused' })[] = [];
  let isAssumed = false;
  for (const verdict of verdicts) {
    if (verdict.state === 'change') toSend.push(verdict.change);
    else if (verdict.state === 'refused') refused.push(verdict);
    else isAssumed ||= verdict.state === 'assumed';
  }
  const changes = toSend.length > 0 ? toSend : refused.map(({ change }) => change);
  if (changes.length === 0) return { outcome: isAssumed ? 'assumed' : 'inSync', changes };
  if (stopped?.outcome === 'failed' && !isStoppedDue(asking, policy, stopped, key)) {
    return { outcome: 'failed', ...reasonOf(record, 'failed'), changes };
  }
  const [refusal] = refused;
  if (refusal && toSend.length === 0) {
    return { outcome: 'refused', reason: refusal.reason, changes };
  }
  if (retry && !isDue(retry, key, asking))
    return { outcome: 'waiting', ...reasonOf(record, 'waiting'), changes };
  return {
    outcome: policy.mode === 'report' && !asking.attended ? 'reported' : 'updated',
    changes,
  };
}

function reasonOf(
  record: ServerRecord,
  outcome: 'failed' | 'waiting',
): { readonly reason?: Reason } {
  const { reason } = failureOf(record, outcome);
  return reason ? { reason } : {};
}

/** The wait of a refusal starts when it is first seen. */
export function refusedOf(stopped: Stopped | undefined, key: AttemptKey, now: number): Stopped {
  const isKnown = stopped?.outcome === 'refused' && isSameAttempt(stopped, key);
  return isKnown ? stopped : stoppedAgain(undefined, 'refused', key, now);
}
