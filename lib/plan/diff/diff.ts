import { createHash } from 'node:crypto';
import type {
  AppliedField,
  NormalisedField,
  Time,
  UndecidedField,
} from '../../model/ledger.types.ts';
import type { Cause } from '../../model/outcome.ts';
import { asReference, formatReference } from '../../model/secret-reference.ts';
import { agrees, readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { secretChange, valueChange } from './change.ts';
import type { DiffInputs, FieldNote, FieldVerdict } from './diff.types.ts';
import {
  appliedNow,
  baseline,
  fingerprint,
  isApplied,
  isDeclarationKnown,
  isVerifiable,
  matches,
  nothingToNote,
  refreshed,
  scopeOf,
  valueOf,
} from './fingerprint.ts';
import type { Shown } from './fingerprint.ts';

/** After this many PUTs that the vendor answered with 200 without applying them, the server is `refused`. */
export const maxAttempts = 3;

/**
 * The three-way diff of one unit: desired, live and ledger. The first matching row applies.
 *
 * | unit       | desired, live, ledger                                  | finding |
 * |------------|--------------------------------------------------------|---------|
 * | readable   | equal to live                                          | in sync |
 * |            | live is the vendor's form of it (normalised)           | in sync |
 * |            | normalised under a lost key, same declaration          | assumed |
 * |            | two PUTs' same third value, confirmed by this live     | in sync from now on; access rules: refused |
 * |            | a PUT undecided, and live still is not desired         | not applied: sent again; after three, refused |
 * |            | differs, never applied                                 | adopt before the first declaration acted on, else declared |
 * |            | differs, live is what was applied                      | declared |
 * |            | differs, desired is what was applied                   | drift |
 * |            | differs from both                                      | both |
 * | unreadable | never applied                                          | adopt |
 * | write-only | another fingerprint                                    | declared |
 * | secret     | a PUT undecided: nothing was stored after it           | not applied: sent again |
 * | secret     | another reference                                      | declared, conditional |
 * | secret     | live shows that nothing is stored                      | drift |
 * | unreadable | an unfinished intent, a resend mark                    | resend |
 * | secret     | another version                                        | rotated, conditional |
 * | unreadable | the time of `reassertEvery` has passed                 | reassert |
 * |            | the same, or unknown                                   | assumed |
 *
 * A readable field counts as unreadable if the answer lacks it and the field table says so.
 */
export function diffUnit(inputs: DiffInputs, unit: Unit): FieldVerdict {
  if (unit.field.access === 'secret') return diffSecret(inputs, unit);
  const reading = readUnit(unit, inputs.live);
  return reading.kind === 'unreadable'
    ? diffWriteOnly(inputs, unit)
    : diffReadable(inputs, unit, reading);
}

function diffReadable(inputs: DiffInputs, unit: Unit, live: Shown): FieldVerdict {
  const undecided = inputs.record?.undecided[unit.pointer];
  const normalised = inputs.record?.normalised[unit.pointer];
  const decided: FieldNote = undecided ? { undecided: null } : nothingToNote;

  if (agrees(unit, live)) {
    const noted = baseline(inputs, unit);
    if (!undecided && !normalised) return { unit, state: 'inSync', note: noted };
    const forgotten: FieldNote = normalised ? { normalised: null } : nothingToNote;
    return { unit, state: 'inSync', note: { ...noted, ...decided, ...forgotten } };
  }
  if (normalised && unit.field.accessRule !== true) {
    const verdict = diffNormalised(inputs, unit, live, normalised, decided);
    if (verdict) return verdict;
  }
  if (undecided && isSent(inputs, unit, undecided)) {
    return diffUndecided(inputs, unit, live, undecided);
  }
  const cause = readableCause(inputs, unit, live);
  return {
    unit,
    state: 'change',
    note: nothingToNote,
    change: valueChange(inputs, unit, cause, live),
  };
}

/** In sync if live is the vendor's form of the declared value. A lost key alone is no reason to send it again. */
function diffNormalised(
  inputs: DiffInputs,
  unit: Unit,
  live: Shown,
  { sent, answered }: NormalisedField,
  decided: FieldNote,
): FieldVerdict | undefined {
  const applied = inputs.record?.applied[unit.pointer];
  const match = matches(inputs, unit, sent, unit.value);
  if (match === 'unverifiable' && applied && isDeclarationKnown(inputs)) {
    return { unit, state: 'assumed', since: applied.at, verifiable: false, note: decided };
  }
  const isForm = match === 'same' && matches(inputs, unit, answered, valueOf(live)) === 'same';
  if (!isForm) return undefined;
  const isCurrent = sent.keyId === inputs.keys.current.id;
  const note = isCurrent
    ? decided
    : { ...decided, ...normalisedNow(inputs, unit, live, applied?.at) };
  return { unit, state: 'inSync', note };
}

function diffUndecided(
  inputs: DiffInputs,
  unit: Unit,
  live: Shown,
  { showed, answered, attempts }: UndecidedField,
): FieldVerdict {
  const confirmed = showed === 'form' && matches(inputs, unit, answered, valueOf(live)) === 'same';
  const isAccessRule = unit.field.accessRule === true;
  if (confirmed && !isAccessRule) {
    const note = { ...normalisedNow(inputs, unit, live), undecided: null };
    return { unit, state: 'inSync', note };
  }
  const change = valueChange(inputs, unit, 'notApplied', live);
  const isOver = (confirmed || attempts >= maxAttempts) && isDeclarationKnown(inputs);
  if (!isOver) return { unit, state: 'change', note: nothingToNote, change };
  const { pointer } = unit;
  const reason = confirmed
    ? {
        code: 'not-kept',
        message: 'the gateway stores a value other than the one that was sent',
        pointer,
      }
    : {
        code: 'not-applied',
        message: `sent ${attempts} times, and the gateway still does not show it`,
        pointer,
      };
  return { unit, state: 'refused', note: nothingToNote, reason, change };
}

/** Whether the value that was sent is the declared one. If the key is lost, an unchanged declaration counts as proof. */
function isSent(inputs: DiffInputs, unit: Unit, { sent }: UndecidedField): boolean {
  const match = matches(inputs, unit, sent, unit.value);
  return match === 'same' || (match === 'unverifiable' && isDeclarationKnown(inputs));
}

function readableCause(inputs: DiffInputs, unit: Unit, live: Shown): Cause {
  const { record } = inputs;
  // A record may exist only because the server was paused or reported, without any declaration acted on.
  if (record?.contentHash === undefined) return 'adopt';
  const applied = record.applied[unit.pointer];
  if (!applied) return 'declared';
  if (isApplied(inputs, unit, applied)) return 'drift';
  const known = [applied.fingerprint, record.normalised[unit.pointer]?.answered];
  const isKnown = known.some(
    (one) => one && matches(inputs, unit, one, valueOf(live)) !== 'different',
  );
  return isKnown ? 'declared' : 'both';
}

/** A later answer confirmed the vendor's form of a value: it is recorded, and the value counts as applied. */
function normalisedNow(inputs: DiffInputs, unit: Unit, live: Shown, at?: Time): FieldNote {
  const applied = appliedNow(inputs, unit);
  const answered = fingerprint(inputs.keys, scopeOf(inputs, unit), valueOf(live));
  return {
    applied: { ...applied, ...(at !== undefined && { at }) },
    normalised: { sent: applied.fingerprint, answered },
  };
}

/** Write-only fields, and readable ones that an answer lacks: compares desired with what was last applied. */
function diffWriteOnly(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const send = (cause: Cause): FieldVerdict => ({
    unit,
    state: 'change',
    note: nothingToNote,
    change: valueChange(inputs, unit, cause, { kind: 'unreadable' }),
  });
  if (!applied) return send('adopt');
  const verifiable = isVerifiable(inputs.keys, applied.fingerprint);
  // Without the key it is unknown which fields of a changed declaration changed, so all are sent.
  const asApplied = verifiable ? isApplied(inputs, unit, applied) : isDeclarationKnown(inputs);
  if (!asApplied) return send('declared');
  if (isToResend(inputs, unit)) return send('resend');
  // A field that a GET can read is read, and not sent again.
  const isReadable = unit.field.readByGet === true;
  if (!isReadable && isReassertDue(inputs, applied)) return send('reassert');
  const note = verifiable ? refreshed(inputs, unit, applied) : nothingToNote;
  const readAt = isReadable ? inputs.record?.readAt : undefined;
  return { unit, state: 'assumed', since: readAt ?? applied.at, verifiable, note };
}

/**
 * Secrets: compares the declared reference and its version with those that were last applied, and checks whether the
 * vendor shows that none is stored. Nothing is decrypted here.
 */
function diffSecret(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const reference = asReference(unit.value);
  const version = inputs.secretVersions.get(reference.secret);
  const live = readUnit(unit, inputs.live);
  const isAbsent = live.kind === 'absent';
  // After a PUT that stored nothing, it is unknown which value the gateway has now.
  const isUndecided = inputs.record?.undecided[unit.pointer] !== undefined;
  const toResend = isToResend(inputs, unit) || isUndecided;
  const send = (cause: Cause, conditional: boolean): FieldVerdict => ({
    unit,
    state: 'change',
    note: nothingToNote,
    change: secretChange(inputs, unit, cause, applied, conditional, live),
  });
  if (isUndecided && isDeclarationKnown(inputs)) return send('notApplied', false);
  if (!applied) return send('adopt', false);
  // What was last applied is no proof while an earlier PUT is unresolved, or if the secret is gone.
  if (applied.source !== formatReference(reference))
    return send('declared', !toResend && !isAbsent);
  if (isAbsent) return send('drift', false);
  if (toResend) return send('resend', false);
  // A secret that is not in the list of versions is not missing: the list may be minutes old.
  if (version !== undefined && version !== applied.version) return send('rotated', true);
  if (isReassertDue(inputs, applied)) return send('reassert', false);
  const verifiable = isVerifiable(inputs.keys, applied.fingerprint);
  return { unit, state: 'assumed', since: applied.at, verifiable, note: nothingToNote };
}

function isToResend({ resend }: DiffInputs, { pointer }: Unit): boolean {
  return resend === 'all' || (resend !== 'none' && resend.has(pointer));
}

function isReassertDue({ server, reassertEvery, now }: DiffInputs, { at }: AppliedField): boolean {
  return reassertEvery !== undefined && reassertDue(server, reassertEvery, Date.parse(at), now);
}

/** Maximum number of servers that are re-asserted in one pass, those that waited longest first. */
export const reassertCap = 20;

/** A number from 0 to 1: always the same for an id, and evenly distributed over ids. */
export function spread(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * Whether a field that was last sent at `at` is due to be sent again. Each server has its own interval between half of
 * `every` and `every`, so that a fleet that was adopted in one pass is not re-asserted in one pass, and a lost write is
 * corrected within `every`. All times in milliseconds.
 */
export function reassertDue(id: string, every: number, at: number, now: number): boolean {
  return now - at >= every * (1 - spread(id) / 2);
}
