import type { Secret, SecretReference } from '../model/secret.ts';

/** A value with the version id that came with it; or why there is no value. */
export type SecretValue =
  | { readonly found: true; readonly value: Secret; readonly version: string }
  | { readonly found: false; readonly code: SecretProblem; readonly message: string };

/**
 * `missing`, `denied` and `key` (no such key, or the value is not a JSON object) are terminal for the declaration,
 * `unavailable` passes.
 */
export type SecretProblem = 'missing' | 'denied' | 'key' | 'unavailable';

/** Whether the store gave a value, of use or not: what is counted as decrypted. */
export function wasDecrypted(value: SecretValue | undefined): boolean {
  return value !== undefined && (value.found || value.code === 'key');
}

/** What is wrong with a secret that a declaration names, and how to fix it; for people. */
export interface SecretFinding {
  /** Such as `does not exist`. */
  readonly problem: string;
  readonly fix: string;
  /** Whether the name itself breaks the rule: then it may be anything, and is not shown. */
  readonly isMisnamed?: true;
}

/** Looks whether secrets are there, and decrypts nothing. */
export interface SecretInspector {
  /** Findings by name; of a name that is not in it, all is well. @throws StoreError for what concerns all of them */
  inspect(
    connection: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, SecretFinding>>;
}

/** The secret store. Every call checks the name rule first: `<prefix>/<connection>/...`. */
export interface SecretSource {
  /**
   * Version ids of AWSCURRENT by name. Without `names`: all of the connection's, from a list (a hint, may be
   * minutes old), which ends with an error when `signal` aborts. Decrypts nothing. A name that is not in the answer is
   * unknown, not known to be missing.
   */
  versions(
    connection: string,
    names?: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * AWSCURRENT values, in batches, one entry for each reference, in order. Throws only for what concerns all of them.
   */
  values(
    connection: string,
    references: readonly SecretReference[],
  ): Promise<readonly SecretValue[]>;
}
