import type { KeyObject } from 'node:crypto';

/** A keyed fingerprint of a value: HMAC-SHA-256 over its canonical JSON, base64url, and the key's id. */
export interface Fingerprint {
  readonly keyId: string;
  readonly mac: string;
}

/** One version of the deployment's fingerprint key. */
export interface FingerprintKey {
  readonly id: string;
  /** At least 32 random bytes. A `KeyObject` does not print them, and is checked once and not at each use. */
  readonly key: KeyObject;
}

/** The key that makes fingerprints, and older versions that can still verify. */
export interface FingerprintKeys {
  readonly current: FingerprintKey;
  readonly previous: readonly FingerprintKey[];
}
