import { valueChange } from './change.ts';
import { diffSecret, diffWriteOnly } from './diff-unreadable.ts';
import type { DiffInputs, FieldNote, FieldVerdict } from './diff.types.ts';
import { fingerprint } from './fingerprint.ts';
import {
  appliedNow,
  baseline,
  isApplied,
  isDeclarationKnown,
  matches,
  nothingToNote,
  scopeOf,
  valueOf,
} from './fingerprint.ts';
import type { Shown } from './fingerprint.ts';
import type { NormalisedField, Time, UndecidedField } from '../model/ledger.types.ts';
import type { Cause } from '../model/outcome.ts';
import type { Unit } from '../model/units.ts';
import { agrees, readUnit } from '../model/units.ts';

/** After so many PUTs that the vendor answered with 200 and did not do, it is taken at its word. */
export const maxAttempts = 3;

/**
 * The three-way diff of one unit: desired against live and ledger. First row that fits.
 *
 * | unit       | desired, live, ledger                                  | finding |
 * |------------|--------------------------------------------------------|---------|
 * | readable   | equal to live                                          | in sync |
 * |            | live is what the vendor makes of it (normalised)       | in sync |
 * |            | normalised under a lost key, same declaration          | assumed |
 * |            | a PUT's third value, confirmed by this live            | in sync from now on; access rules: refused |
 * |            | a PUT undecided, and live still is not desired         | not applied: again; after three refused, until the declaration changes |
 * |            | differs, never applied                                 | adopt before the first declaration acted on, else declared |
 * |            | differs, live is what was applied                      | declared |
 * |            | differs, desired is what was applied                   | drift |
 * |            | differs from both                                      | both |
 * | unreadable | never applied                                          | adopt |
 * | write-only | another fingerprint                                    | declared |
 * | secret     | another reference                                      | declared, conditional |
 * | unreadable | an intent that nobody finished, a resend mark          | resend |
 * | secret     | another version                                        | rotated, conditional |
 * | unreadable | `reassertEvery` has come round                         | reassert |
 * |            | the same, or nothing can be said                       | assumed |
 *
 * What a table calls readable is unreadable in an answer that lacks it, where the table says so.
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

/** In sync if live is the vendor's own form of the declared value. Nothing is sent because a key is lost. */
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
  const note = isCurrent ? decided : { ...decided, ...remembered(inputs, unit, live, applied?.at) };
  return { unit, state: 'inSync', note };
}

function diffUndecided(
  inputs: DiffInputs,
  unit: Unit,
  live: Shown,
  { showed, answered, attempts }: UndecidedField,
): FieldVerdict {
  const confirmed = showed === 'other' && matches(inputs, unit, answered, valueOf(live)) === 'same';
  const isAccessRule = unit.field.accessRule === true;
  if (confirmed && !isAccessRule) {
    const note = { ...remembered(inputs, unit, live), undecided: null };
    return { unit, state: 'inSync', note };
  }
  const change = valueChange(inputs, unit, 'notApplied', live);
  const isOver = (confirmed || attempts >= maxAttempts) && isDeclarationKnown(inputs);
  if (!isOver) return { unit, state: 'change', note: nothingToNote, change };
  const { pointer } = unit;
  const reason = confirmed
    ? { code: 'not-kept', message: 'the vendor keeps another value than was sent', pointer }
    : {
        code: 'not-applied',
        message: `sent ${attempts} times, and the vendor still does not show it`,
        pointer,
      };
  return { unit, state: 'refused', note: nothingToNote, reason, change };
}

/** Whether it is the declared value that was sent. Where the key is lost, the same declaration says so. */
function isSent(inputs: DiffInputs, unit: Unit, { sent }: UndecidedField): boolean {
  const match = matches(inputs, unit, sent, unit.value);
  return match === 'same' || (match === 'unverifiable' && isDeclarationKnown(inputs));
}

function readableCause(inputs: DiffInputs, unit: Unit, live: Shown): Cause {
  const { record } = inputs;
  // A record may say no more than that the server was paused or reported: nothing was adopted by that.
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

/** The vendor's own form of a value, seen again in a later answer: remembered, and the value counts as applied. */
function remembered(inputs: DiffInputs, unit: Unit, live: Shown, at?: Time): FieldNote {
  const applied = appliedNow(inputs, unit);
  const answered = fingerprint(inputs.keys, scopeOf(inputs, unit), valueOf(live));
  return {
    applied: { ...applied, ...(at !== undefined && { at }) },
    normalised: { sent: applied.fingerprint, answered },
  };
}
