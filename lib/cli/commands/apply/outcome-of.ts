import type { PassReport } from '../../../model/ledger.types.ts';
import type { Plan } from '../../../plan/plan.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { exitCodes, findingsOf } from '../../errors/exit-codes.ts';
import type { Finding } from '../../errors/exit-codes.ts';
import { hashesOf } from '../../plans/plan-document.ts';
import type { Sent } from './send.ts';

/** The findings for the exit code. */
export function findingsOfSent(sent: Sent, stopped: boolean, isSaved: boolean): readonly Finding[] {
  if ('skipped' in sent) return [exitCodes.interrupted];
  if ('lockedBy' in sent) return [stopped ? exitCodes.interrupted : exitCodes.failed];
  if ('error' in sent) return [exitCodes.failed];
  const { gone } = restOf(sent.plan, sent.result.plan);
  // If a change of a saved plan was not sent, the plan is stale, whenever that happened.
  if (isSaved && gone.length > 0) return [exitCodes.failed];
  return findingsOfReport(sent.result.report, stopped);
}

/** The same for a single pass. */
export function findingsOfReport(
  { counts, state }: PassReport,
  stopped: boolean,
): readonly Finding[] {
  if (state === 'interrupted' && stopped) return [exitCodes.interrupted];
  return state === 'ok' ? findingsOf(counts) : [exitCodes.failed];
}

/** Servers whose plan under the lease differs from the plan that was shown. */
export interface Rest {
  /** Shown, but no longer in the plan: another process sent it, or the declaration changed. */
  readonly gone: readonly string[];
  /** In the new plan, but not shown, so not sent. */
  readonly unseen: readonly string[];
}

/** Compares what was shown with what a pass then planned. */
export function restOf(shown: Plan, made: Plan | undefined): Rest {
  if (!made) return { gone: [], unseen: [] };
  return { gone: lacking(shown, made), unseen: lacking(made, shown) };
}

/** Servers of `plan` with a change that `other` does not have. */
function lacking(plan: Plan, other: Plan): readonly string[] {
  const there = new Set(hashesOf(other));
  return plan.changes
    .filter(({ changes }) => changes.some(({ hash }) => !there.has(hash)))
    .map(({ id, label }) => plainText(`${plan.connection}/${label ?? id}`));
}
