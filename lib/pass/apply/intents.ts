import type { Pointer } from '../../model/json/json.types.ts';
import type { Intent, ServerRecord } from '../../model/ledger.types.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import type { Unit } from '../../model/units.ts';
import { isUnreadable } from './answer.ts';

/** Pointers of sent fields that no answer can confirm. */
export function unreadablePointers(
  { verdicts }: ServerPlan,
  sent: readonly Unit[],
): readonly Pointer[] {
  const pointers = new Set(sent.map(({ pointer }) => pointer));
  return verdicts
    .filter((verdict) => pointers.has(verdict.unit.pointer) && isUnreadable(verdict))
    .map(({ unit }) => unit.pointer);
}

/** The fields that are unknown while the PUT is in progress: its unreadable fields, and those of an earlier intent. */
export function intentToWrite(
  epoch: number,
  now: number,
  earlier: Intent | undefined,
  unreadable: readonly Pointer[],
): Intent {
  const pointers = [...new Set([...(earlier?.pointers ?? []), ...unreadable])];
  return { epoch, pointers, at: new Date(now).toISOString() };
}

export function withIntent(record: ServerRecord, intent: Intent | undefined): ServerRecord {
  const { intent: _before, ...rest } = record;
  return intent ? { ...rest, intent } : rest;
}

/**
 * The record without undecided entries of fields that are now sent with another value, or the record itself if there
 * are none. Written before the PUT, which may be applied without an answer: after that, failed attempts of an older
 * value mean nothing, even if that value is declared again.
 */
export function withoutOvertaken(
  record: ServerRecord,
  { verdicts }: ServerPlan,
  sent: readonly Unit[],
): ServerRecord {
  const again = new Set(
    verdicts.flatMap((verdict) =>
      'change' in verdict && verdict.change.cause === 'notApplied' ? [verdict.unit.pointer] : [],
    ),
  );
  const overtaken = new Set(
    sent.flatMap(({ pointer }) =>
      pointer in record.undecided && !again.has(pointer) ? [pointer] : [],
    ),
  );
  if (overtaken.size === 0) return record;
  const left = Object.entries(record.undecided).filter(([pointer]) => !overtaken.has(pointer));
  return { ...record, undecided: Object.fromEntries(left) };
}
