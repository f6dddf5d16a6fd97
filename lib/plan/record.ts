import type { FieldNote, FieldVerdict } from './diff/diff.types.ts';
import type { Pointer } from '../model/json/json.types.ts';
import type {
  AppliedField,
  Intent,
  NormalisedField,
  Reason,
  ServerRecord,
  UndecidedField,
} from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Unit } from '../model/units.ts';

/** The record of a server that has none yet. `rev` 0: its first write requires that there is no item. */
export function emptyRecord(id: string, now: number, account: string): ServerRecord {
  return {
    id,
    account,
    rev: 0,
    outcome: 'waiting',
    since: new Date(now).toISOString(),
    applied: {},
    undecided: {},
    normalised: {},
  };
}

/** The record, or an empty one if it belongs to another account. */
export function ofAccount(record: ServerRecord, account: string, now: number): ServerRecord {
  if (record.account === account) return record;
  const { id, rev, label, generation, countedAt } = record;
  return {
    ...emptyRecord(id, now, account),
    rev,
    ...(label !== undefined && { label }),
    ...(generation !== undefined && { generation }),
    ...(countedAt !== undefined && { countedAt }),
  };
}

/** The parts of a record that are maps by pointer. */
export interface FieldMaps {
  readonly applied: Readonly<Record<Pointer, AppliedField>>;
  readonly undecided: Readonly<Record<Pointer, UndecidedField>>;
  readonly normalised: Readonly<Record<Pointer, NormalisedField>>;
}

/**
 * Field maps after a diff: notes are added, and fields that are no longer owned are removed. A map without changes is
 * returned itself, so that changes can be detected by identity.
 */
export function notedFields(maps: FieldMaps, verdicts: readonly FieldVerdict[]): FieldMaps {
  const pick = <T>(
    known: Readonly<Record<Pointer, T>>,
    noted: (note: FieldNote) => T | null | undefined,
  ): Readonly<Record<Pointer, T>> => {
    const isNoted = verdicts.some(({ note }) => noted(note) !== undefined);
    if (!isNoted && isAllOwned(known, verdicts)) return known;
    const entries = verdicts.flatMap(({ unit: { pointer }, note }): (readonly [string, T])[] => {
      const next = noted(note);
      const value = next === undefined ? known[pointer] : next;
      return value === undefined || value === null ? [] : [[pointer, value]];
    });
    return Object.fromEntries(entries);
  };
  return {
    applied: pick(maps.applied, (note) => note.applied),
    undecided: pick<UndecidedField>(maps.undecided, (note) => note.undecided),
    normalised: pick(maps.normalised, (note) => note.normalised),
  };
}

/**
 * The part of an intent that stays unknown after these fields were sent again, or read. The intent itself if it has none
 * of them, so that changes can be detected by identity.
 */
export function remainingIntent(
  intent: Intent | undefined,
  known: readonly Unit[],
): Intent | undefined {
  if (!intent) return undefined;
  const done = new Set(known.map(({ pointer }) => pointer));
  const pointers = intent.pointers.filter((pointer) => !done.has(pointer));
  if (pointers.length === intent.pointers.length) return intent;
  return pointers.length === 0 ? undefined : { ...intent, pointers };
}

/** Whether all fields of a map are still owned. Must be fast: it runs for each map of each server. */
function isAllOwned(
  known: Readonly<Record<Pointer, unknown>>,
  verdicts: readonly FieldVerdict[],
): boolean {
  let owned = 0;
  for (const { unit } of verdicts) if (known[unit.pointer] !== undefined) owned += 1;
  return owned === Object.keys(known).length;
}

/** Parts of a record; a key with the value undefined is removed. */
export type RecordUpdate = { readonly [K in keyof ServerRecord]?: ServerRecord[K] | undefined };

/**
 * Keeps a failure and its backoff while the server has the outcome paused, off, invalid or missing. They apply again
 * when that outcome ends.
 */
export function keptFailure(record: ServerRecord): RecordUpdate {
  const { outcome, stopped, retry, since, reason } = record;
  if (outcome === 'failed' && stopped)
    return { stopped: { ...stopped, since, ...(reason && { reason }) } };
  if (outcome === 'waiting' && retry)
    return { retry: { ...retry, since, ...(reason && { reason }) } };
  return {};
}

/** What failed last, and since when: the record's current failure, or the one that `keptFailure` kept. */
export function failureOf(
  record: ServerRecord,
  outcome: 'failed' | 'waiting',
): Pick<RecordUpdate, 'since' | 'reason'> {
  const kept = outcome === 'failed' ? record.stopped : record.retry;
  if (record.outcome === outcome || kept?.since === undefined) return { reason: record.reason };
  return { since: kept.since, reason: kept.reason };
}

/**
 * The record with a new outcome and other parts replaced; `since` changes only if the outcome does. If applied
 * fingerprints change, `settled` is dropped unless `update` sets it.
 */
export function withOutcome(
  record: ServerRecord,
  outcome: Outcome,
  now: number,
  update: RecordUpdate = {},
): ServerRecord {
  const next = {
    ...record,
    reason: undefined,
    settled: keptSettled(record, update),
    ...update,
    outcome,
    since:
      record.rev > 0 && record.outcome === outcome
        ? record.since
        : (update.since ?? new Date(now).toISOString()),
  };
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(next)) if (value !== undefined) kept[key] = value;
  return kept as unknown as ServerRecord;
}

/** Whether `withOutcome` would return a changed record, without creating it. */
export function isNewOutcome(
  record: ServerRecord,
  outcome: Outcome,
  update: RecordUpdate,
): boolean {
  if (record.rev === 0 || record.outcome !== outcome) return true;
  if (!sameReason(record.reason, update.reason)) return true;
  const settled = 'settled' in update ? update.settled : keptSettled(record, update);
  if (settled !== record.settled) return true;
  return Object.keys(update).some((key) => {
    const name = key as keyof ServerRecord;
    return name !== 'reason' && update[name] !== record[name];
  });
}

/** `settled` is valid only while the applied fingerprints do not change. */
function keptSettled({ settled, applied }: ServerRecord, update: RecordUpdate) {
  return update.applied === undefined || update.applied === applied ? settled : undefined;
}

/** Whether `after` differs from `before` in anything that is written. */
export function isNews(before: ServerRecord, after: ServerRecord): boolean {
  if (before.rev === 0 || !sameReason(before.reason, after.reason)) return true;
  const differs = (key: string) =>
    key !== 'reason' && before[key as keyof ServerRecord] !== after[key as keyof ServerRecord];
  return Object.keys(before).some(differs) || Object.keys(after).some(differs);
}

function sameReason(a: Reason | undefined, b: Reason | undefined): boolean {
  return a?.code === b?.code && a?.message === b?.message && a?.pointer === b?.pointer;
}
