import { formatReference } from '../model/secret-reference.ts';
import type { Secret, SecretReference, SecretRequest } from '../model/secret.ts';

/** A value with its version id, or why there is none. */
export type SecretValue =
  | { readonly found: true; readonly value: Secret; readonly version: string }
  | { readonly found: false; readonly code: SecretProblem; readonly message: string };

/**
 * `missing`, `denied`, `key` (no such key, or the value is not a JSON object) and `value` (cannot be sent, see
 * `secretText`) are permanent for the declaration; `unavailable` is temporary.
 */
export type SecretProblem = 'missing' | 'denied' | 'key' | 'value' | 'unavailable';

/** What is wrong with a secret, with its name and key, but nothing of its value. */
export function secretProblem(
  reference: SecretReference,
  { code, message }: Extract<SecretValue, { found: false }>,
): string {
  // These messages already name the key.
  const isOfMember = code === 'key' || code === 'value';
  return `secret ${isOfMember ? reference.secret : formatReference(reference)} ${message}`;
}

/** Whether the store returned a value, usable or not, which counts as decrypted. */
export function wasDecrypted(value: SecretValue | undefined): boolean {
  return value !== undefined && (value.found || value.code === 'key' || value.code === 'value');
}

/** What is wrong with a secret that a declaration uses, and how to fix it, for output. */
export interface SecretFinding {
  /** Such as `does not exist`. */
  readonly problem: string;
  readonly fix: string;
  /** Whether the name breaks the naming rule. It is then not shown, because it may be a value. */
  readonly isMisnamed?: true;
}

/** Checks whether secrets exist, without decrypting them. */
export interface SecretInspector {
  /** Findings by name; a name without a finding is fine. @throws StoreError if none could be checked */
  inspect(
    connection: string,
    requests: readonly SecretRequest[],
  ): Promise<ReadonlyMap<string, SecretFinding>>;
}

/** The secret store. Every call first checks the naming rule: `<prefix>/<connection>/...`. */
export interface SecretSource {
  /**
   * Version ids of AWSCURRENT by name. Without `names`: all secrets of the connection, from a list that may be minutes
   * old; rejects when `signal` aborts. Decrypts nothing. A name that is not in the result may still exist.
   */
  versions(
    connection: string,
    names?: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * AWSCURRENT values, read in batches: one entry for each request, in order. Throws only for errors that concern all
   * of them.
   */
  values(connection: string, requests: readonly SecretRequest[]): Promise<readonly SecretValue[]>;
  /**
   * For names that were not found: a stored secret of the connection with a similar name, which no declaration uses.
   * Absent for a store that would need another call to list its names.
   */
  readonly similar?: (
    connection: string,
    missing: readonly string[],
  ) => ReadonlyMap<string, string>;
}
