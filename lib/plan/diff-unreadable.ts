import { secretChange, valueChange } from './change.ts';
import type { DiffInputs, FieldVerdict } from './diff.types.ts';
import { isVerifiable } from './fingerprint.ts';
import { isApplied, isDeclarationKnown, nothingToNote, refreshed } from './fingerprint.ts';
import type { AppliedField } from '../model/ledger.types.ts';
import type { Cause } from '../model/outcome.ts';
import { reassertDue } from './reassert.ts';
import { asReference, formatReference } from '../model/secret-reference.ts';
import type { Unit } from '../model/units.ts';

/** Write-only fields, and readable ones that an answer lacks: desired against what was last applied. */
export function diffWriteOnly(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const send = (cause: Cause): FieldVerdict => ({
    unit,
    state: 'change',
    note: nothingToNote,
    change: valueChange(inputs, unit, cause, { kind: 'unreadable' }),
  });
  if (!applied) return send('adopt');
  const verifiable = isVerifiable(inputs.keys, applied.fingerprint);
  // Without the key nothing tells which field of a new declaration is new: better sent for nothing than never.
  const asApplied = verifiable ? isApplied(inputs, unit, applied) : isDeclarationKnown(inputs);
  if (!asApplied) return send('declared');
  if (isToResend(inputs, unit)) return send('resend');
  if (isReassertDue(inputs, applied)) return send('reassert');
  const note = verifiable ? refreshed(inputs, unit, applied) : nothingToNote;
  return { unit, state: 'assumed', since: applied.at, verifiable, note };
}

/** Secrets: the declared reference and its version against those that were last applied. Nothing is decrypted here. */
export function diffSecret(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const reference = asReference(unit.value);
  const version = inputs.secretVersions.get(reference.secret);
  const toResend = isToResend(inputs, unit);
  const send = (cause: Cause, conditional: boolean): FieldVerdict => ({
    unit,
    state: 'change',
    note: nothingToNote,
    change: secretChange(inputs, unit, cause, applied, conditional),
  });
  if (!applied) return send('adopt', false);
  // What was last applied proves nothing while an earlier PUT is open.
  if (applied.source !== formatReference(reference)) return send('declared', !toResend);
  if (toResend) return send('resend', false);
  // A name that the list of versions lacks is unknown (the list may be minutes old), not gone.
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
