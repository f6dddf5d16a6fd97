import { createHmac } from 'node:crypto';
import type {
  Fingerprint,
  FingerprintKey,
  FingerprintKeys,
} from '../../model/fingerprint.types.ts';
import type { Json, Pointer } from '../../model/json/json.types.ts';
import { canonicalJson } from '../../model/json/json.ts';
import type { AppliedField } from '../../model/ledger.types.ts';
import type { Reading, Unit } from '../../model/units.ts';
import type { DiffInputs, FieldNote } from './diff.types.ts';

/**
 * The field that a fingerprint belongs to. It is part of the hashed text, so that equal values of two fields have
 * different fingerprints.
 */
export interface FingerprintScope {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly server: string;
  readonly pointer: Pointer;
}

/** HMAC-SHA-256 of a value's canonical JSON under the key. */
export function macOf({ key }: FingerprintKey, value: Json, as: 'base64url' | 'hex'): string {
  return createHmac('sha256', key).update(canonicalJson(value)).digest(as);
}

function make(
  key: FingerprintKey,
  { account, server, pointer }: FingerprintScope,
  value: Json,
): Fingerprint {
  return { keyId: key.id, mac: macOf(key, [account, server, pointer, value], 'base64url') };
}

/** Fingerprint of `value` under the current key. */
export function fingerprint(
  keys: FingerprintKeys,
  scope: FingerprintScope,
  value: Json,
): Fingerprint {
  return make(keys.current, scope, value);
}

/** `unverifiable`: the key of the known fingerprint is lost. */
export type Match = 'same' | 'different' | 'unverifiable';

/** Compares `value` with the fingerprint `known`, using the key version that made it. */
export function matchFingerprint(
  keys: FingerprintKeys,
  known: Fingerprint,
  scope: FingerprintScope,
  value: Json,
): Match {
  const key = [keys.current, ...keys.previous].find(({ id }) => id === known.keyId);
  if (!key) return 'unverifiable';
  return make(key, scope, value).mac === known.mac ? 'same' : 'different';
}

/** Whether the key that made `known` is still available. */
export function isVerifiable(keys: FingerprintKeys, known: Fingerprint): boolean {
  return [keys.current, ...keys.previous].some(({ id }) => id === known.keyId);
}

/** A shared empty note: in a fleet in sync, each field of each server has it. */
export const nothingToNote: FieldNote = Object.freeze({});

/** What an answer shows of a unit. */
export type Shown = Exclude<Reading, { kind: 'unreadable' }>;

/** The value that is fingerprinted for a reading: absent counts as null. */
export function valueOf(live: Shown): Json {
  return live.kind === 'value' ? live.value : null;
}

export function scopeOf({ account, server }: DiffInputs, { pointer }: Unit): FingerprintScope {
  return { account, server, pointer };
}

export function matches(inputs: DiffInputs, unit: Unit, known: Fingerprint, value: Json): Match {
  return matchFingerprint(inputs.keys, known, scopeOf(inputs, unit), value);
}

/**
 * Whether what was last applied is what is declared. A settled record proves that for all fields, without computing
 * fingerprints.
 */
export function isApplied(inputs: DiffInputs, unit: Unit, applied: AppliedField): boolean {
  if (inputs.record?.settled === inputs.contentHash) return true;
  return matches(inputs, unit, applied.fingerprint, unit.value) === 'same';
}

/** Whether the declaration is the one that was last acted on: then none of its fields changed. */
export function isDeclarationKnown({ record, contentHash }: DiffInputs): boolean {
  return record?.contentHash === contentHash;
}

/** The applied record for a value that was just read in sync, if there is none or it is outdated. */
export function baseline(inputs: DiffInputs, unit: Unit): FieldNote {
  const applied = inputs.record?.applied[unit.pointer];
  return applied &&
    isVerifiable(inputs.keys, applied.fingerprint) &&
    isApplied(inputs, unit, applied)
    ? refreshed(inputs, unit, applied)
    : { applied: appliedNow(inputs, unit) };
}

/** The same record with the current key, after the key was rotated. */
export function refreshed(inputs: DiffInputs, unit: Unit, applied: AppliedField): FieldNote {
  if (applied.fingerprint.keyId === inputs.keys.current.id) return nothingToNote;
  return { applied: { ...appliedNow(inputs, unit), at: applied.at } };
}

export function appliedNow(inputs: DiffInputs, unit: Unit): AppliedField {
  return {
    fingerprint: fingerprint(inputs.keys, scopeOf(inputs, unit), unit.value),
    at: new Date(inputs.now).toISOString(),
  };
}
