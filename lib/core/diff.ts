import { secretChange, valueChange } from './change.ts';
import type { DiffInputs, FieldNote, FieldVerdict } from './diff.types.ts';
import { fingerprint, isVerifiable, matchFingerprint } from './fingerprint.ts';
import type { Fingerprint } from './fingerprint.types.ts';
import type { Json } from './json.types.ts';
import { equalJson } from './json.ts';
import type { AppliedField, NormalisedField } from './ledger.types.ts';
import type { Cause } from './outcome.ts';
import { reassertDue } from './reassert.ts';
import { asReference, formatReference } from './secret-reference.ts';
import type { Reading, Unit } from './units.ts';
import { readUnit } from './units.ts';

/** After so many PUTs that the vendor answered with 200 and did not do, it is taken at its word. */
export const maxAttempts = 3;

/**
 * The three-way diff of one unit: desired against live and ledger. First row that fits.
 *
 * | unit       | desired, live, ledger                                  | finding |
 * |------------|--------------------------------------------------------|---------|
 * | readable   | equal to live                                          | in sync |
 * |            | live is what the vendor makes of it (normalised)       | in sync |
 * |            | a PUT's third value, confirmed by this live            | in sync from now on; access rules: refused |
 * |            | a PUT undecided, and live still is not desired         | not applied: again; refused after three |
 * |            | differs, never applied                                 | adopt without ledger item, else declared |
 * |            | differs, live is what was applied                      | declared |
 * |            | differs, desired is what was applied                   | drift |
 * |            | differs from both                                      | both |
 * | unreadable | never applied                                          | adopt |
 * |            | an intent that nobody finished, a resend mark          | resend |
 * | write-only | another fingerprint                                    | declared |
 * | secret     | another reference, or another version                  | conditional: declared, rotated |
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

type Known = Exclude<Reading, { kind: 'unreadable' }>;

function diffReadable(inputs: DiffInputs, unit: Unit, live: Known): FieldVerdict {
  const { record } = inputs;
  const { pointer } = unit;
  const undecided = record?.undecided[pointer];
  const normalised = record?.normalised[pointer];

  if (live.kind === 'value' && equalJson(live.value, unit.value)) {
    const note: FieldNote = {
      ...baseline(inputs, unit),
      ...(undecided && { undecided: null }),
      ...(normalised && { normalised: null }),
    };
    return { unit, state: 'inSync', note };
  }
  if (
    normalised &&
    is(inputs, unit, normalised.sent, unit.value) &&
    isReading(inputs, unit, normalised.answered, live)
  ) {
    return { unit, state: 'inSync', note: remade(inputs, unit, normalised, live) };
  }
  const change = (cause: Cause) => valueChange(inputs, unit, cause, live);
  if (undecided && is(inputs, unit, undecided.sent, unit.value)) {
    if (undecided.showed === 'other' && isReading(inputs, unit, undecided.answered, live)) {
      return unit.field.accessRule === true
        ? refused(unit, 'not-kept', 'the vendor keeps another value than was sent', change('both'))
        : { unit, state: 'inSync', note: settledAs(inputs, unit, live) };
    }
    return undecided.attempts >= maxAttempts
      ? refused(
          unit,
          'not-applied',
          `sent ${undecided.attempts} times, and the vendor still does not show it`,
          change('notApplied'),
        )
      : { unit, state: 'change', note: {}, change: change('notApplied') };
  }
  return { unit, state: 'change', note: {}, change: change(readableCause(inputs, unit, live)) };
}

function readableCause(inputs: DiffInputs, unit: Unit, live: Known): Cause {
  const { record } = inputs;
  if (!record) return 'adopt';
  const applied = record.applied[unit.pointer];
  if (!applied || !isVerifiable(inputs.keys, applied.fingerprint)) return 'declared';
  const normalised = record.normalised[unit.pointer];
  const liveIsApplied =
    isReading(inputs, unit, applied.fingerprint, live) ||
    (normalised !== undefined && isReading(inputs, unit, normalised.answered, live));
  if (liveIsApplied) return 'declared';
  return isApplied(inputs, unit, applied) ? 'drift' : 'both';
}

function diffWriteOnly(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const send = (cause: Cause): FieldVerdict => ({
    unit,
    state: 'change',
    note: {},
    change: valueChange(inputs, unit, cause, { kind: 'unreadable' }),
  });
  if (!applied) return send('adopt');
  if (isToResend(inputs, unit)) return send('resend');
  const verifiable = isVerifiable(inputs.keys, applied.fingerprint);
  if (verifiable && !isApplied(inputs, unit, applied)) return send('declared');
  if (isReassertDue(inputs, applied)) return send('reassert');
  return {
    unit,
    state: 'assumed',
    since: applied.at,
    verifiable,
    note: verifiable ? refreshed(inputs, unit, applied) : {},
  };
}

function diffSecret(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const reference = asReference(unit.value);
  const version = inputs.secretVersions.get(reference.secret);
  const send = (cause: Cause, conditional: boolean): FieldVerdict => ({
    unit,
    state: 'change',
    note: {},
    change: secretChange(inputs, unit, cause, applied, conditional),
  });
  if (!applied) return send('adopt', false);
  if (isToResend(inputs, unit)) return send('resend', false);
  if (applied.source !== formatReference(reference)) return send('declared', true);
  // A name that the list of versions lacks is unknown (the list may be minutes old), not gone.
  if (version !== undefined && version !== applied.version) return send('rotated', true);
  if (isReassertDue(inputs, applied)) return send('reassert', false);
  const verifiable = isVerifiable(inputs.keys, applied.fingerprint);
  return { unit, state: 'assumed', since: applied.at, verifiable, note: {} };
}

function refused(
  unit: Unit,
  code: string,
  message: string,
  change: ReturnType<typeof valueChange>,
): FieldVerdict {
  const reason = { code, message, pointer: unit.pointer };
  return { unit, state: 'refused', note: {}, reason, change };
}

/** The applied record of a value that was just seen in sync, where there is none, or one that lags behind. */
function baseline(inputs: DiffInputs, unit: Unit): FieldNote {
  const applied = inputs.record?.applied[unit.pointer];
  if (
    applied &&
    isVerifiable(inputs.keys, applied.fingerprint) &&
    isApplied(inputs, unit, applied)
  ) {
    return refreshed(inputs, unit, applied);
  }
  return { applied: { ...appliedNow(inputs, unit) } };
}

/** The same record under the current key, after a key change. */
function refreshed(inputs: DiffInputs, unit: Unit, applied: AppliedField): FieldNote {
  if (applied.fingerprint.keyId === inputs.keys.current.id) return {};
  return { applied: { ...appliedNow(inputs, unit), at: applied.at } };
}

function appliedNow(inputs: DiffInputs, unit: Unit): AppliedField {
  return {
    fingerprint: fingerprint(inputs.keys, scopeOf(inputs, unit), unit.value),
    at: new Date(inputs.now).toISOString(),
  };
}

/** Whether what was last applied is what is declared. A settled record says so for all fields, without a computation. */
function isApplied(inputs: DiffInputs, unit: Unit, applied: AppliedField): boolean {
  if (inputs.record?.settled === inputs.contentHash) return true;
  return is(inputs, unit, applied.fingerprint, unit.value);
}

function is(inputs: DiffInputs, unit: Unit, known: Fingerprint, value: Json): boolean {
  return matchFingerprint(inputs.keys, known, scopeOf(inputs, unit), value) === 'same';
}

function isReading(inputs: DiffInputs, unit: Unit, known: Fingerprint, live: Known): boolean {
  return is(inputs, unit, known, live.kind === 'value' ? live.value : null);
}

function scopeOf(inputs: DiffInputs, unit: Unit) {
  return { connection: inputs.connection, server: inputs.server, pointer: unit.pointer };
}

function isToResend({ resend }: DiffInputs, { pointer }: Unit): boolean {
  return resend === 'all' || (resend !== 'none' && resend.has(pointer));
}

function isReassertDue({ server, reassertEvery, now }: DiffInputs, { at }: AppliedField): boolean {
  return reassertEvery !== undefined && reassertDue(server, reassertEvery, Date.parse(at), now);
}

/** The vendor's own form of a value, seen again in a later answer: remembered, and the value counts as applied. */
function settledAs(inputs: DiffInputs, unit: Unit, live: Known): FieldNote {
  const applied = appliedNow(inputs, unit);
  const normalised = { sent: applied.fingerprint, answered: fingerprintOf(inputs, unit, live) };
  return { applied, undecided: null, normalised };
}

/** What was remembered of a normalised value, under the current key. */
function remade(inputs: DiffInputs, unit: Unit, known: NormalisedField, live: Known): FieldNote {
  return known.sent.keyId === inputs.keys.current.id ? {} : settledAs(inputs, unit, live);
}

function fingerprintOf(inputs: DiffInputs, unit: Unit, live: Known): Fingerprint {
  return fingerprint(inputs.keys, scopeOf(inputs, unit), live.kind === 'value' ? live.value : null);
}
