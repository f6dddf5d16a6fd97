import type { Secret, SecretReference } from '../../core/secret.ts';

/** A value with the version id that came with it; or why there is none. */
export type SecretValue =
  | { readonly found: true; readonly value: Secret; readonly version: string }
  | { readonly found: false; readonly code: SecretProblem; readonly message: string };

/**
 * `missing`, `denied` and `key` (no such key, or the value is no JSON object) are terminal for the declaration,
 * `unavailable` passes.
 */
export type SecretProblem = 'missing' | 'denied' | 'key' | 'unavailable';

/** Whether the store gave a value, of use or not: what is counted as decrypted. */
export function wasDecrypted(value: SecretValue | undefined): boolean {
  return value !== undefined && (value.found || value.code === 'key');
}

/** The secret store. Every call checks the name rule first: `<prefix>/<connection>/...`. */
export interface SecretSource {
  /**
   * Version ids of AWSCURRENT by name. Without `names`: all of the connection's, from a list (a hint, may be
   * minutes old). Decrypts nothing. A name that is not in the answer is unknown, not known to be missing.
   */
  versions(connection: string, names?: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * AWSCURRENT values, in batches, one entry for each reference, in order. Throws only for what concerns all of them.
   */
  values(
    connection: string,
    references: readonly SecretReference[],
  ): Promise<readonly SecretValue[]>;
}
