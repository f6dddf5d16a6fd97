import { createHmac } from 'node:crypto';
import type { Fingerprint, FingerprintKey, FingerprintKeys } from '../model/fingerprint.types.ts';
import type { Json, Pointer } from '../model/json/json.types.ts';
import { canonicalJson } from '../model/json/json.ts';

/** What a fingerprint is of. It is part of the text, so that equal values of two fields cannot be seen to be equal. */
export interface FingerprintScope {
  readonly connection: string;
  readonly server: string;
  readonly pointer: Pointer;
}

/** HMAC-SHA-256 of a value's canonical JSON under the key. */
export function macOf({ key }: FingerprintKey, value: Json, as: 'base64url' | 'hex'): string {
  return createHmac('sha256', key).update(canonicalJson(value)).digest(as);
}

function make(
  key: FingerprintKey,
  { connection, server, pointer }: FingerprintScope,
  value: Json,
): Fingerprint {
  return { keyId: key.id, mac: macOf(key, [connection, server, pointer, value], 'base64url') };
}

/** Fingerprint of `value` under the current key. */
export function fingerprint(
  keys: FingerprintKeys,
  scope: FingerprintScope,
  value: Json,
): Fingerprint {
  return make(keys.current, scope, value);
}

/** `unverifiable`: the key that made `known` is lost. */
export type Match = 'same' | 'different' | 'unverifiable';

/** Whether `known` is of `value`, under the version of the key that made it. */
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

/** Whether the key that made `known` is still there. */
export function isVerifiable(keys: FingerprintKeys, known: Fingerprint): boolean {
  return [keys.current, ...keys.previous].some(({ id }) => id === known.keyId);
}
