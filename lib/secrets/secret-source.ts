import { formatReference } from '../model/secret-reference.ts';
import type { Secret, SecretReference, SecretRequest } from '../model/secret.ts';

/** A value with the version id that came with it; or why there is no value. */
export type SecretValue =
  | { readonly found: true; readonly value: Secret; readonly version: string }
  | { readonly found: false; readonly code: SecretProblem; readonly message: string };

/**
 * `missing`, `denied`, `key` (no such key, or the value is not a JSON object) and `value` (nothing that may be sent, see
 * `secretText`) are terminal for the declaration, `unavailable` passes.
 */
export type SecretProblem = 'missing' | 'denied' | 'key' | 'value' | 'unavailable';

/** What is wrong with a secret, by its name and the member that is wanted; nothing of its value. */
export function secretProblem(
  reference: SecretReference,
  { code, message }: Extract<SecretValue, { found: false }>,
): string {
  // These say which member they are about.
  const isOfMember = code === 'key' || code === 'value';
  return `secret ${isOfMember ? reference.secret : formatReference(reference)} ${message}`;
}

/** Whether the store gave a value, of use or not: what is counted as decrypted. */
export function wasDecrypted(value: SecretValue | undefined): boolean {
  return value !== undefined && (value.found || value.code === 'key' || value.code === 'value');
}

/** What is wrong with a secret that a declaration names, and how to fix it; for people. */
export interface SecretFinding {
  /** Such as `does not exist`. */
  readonly problem: string;
  readonly fix: string;
  /** Whether the name itself breaks the rule: then it may be anything, and is not shown. */
  readonly isMisnamed?: true;
}

/** Looks whether secrets are there; decrypts nothing. */
export interface SecretInspector {
  /** Findings by name; of a name that is not in it, all is well. @throws StoreError for what concerns all of them */
  inspect(
    connection: string,
    requests: readonly SecretRequest[],
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
   * AWSCURRENT values, in batches, one entry for each request, in order. Throws only for what concerns all of them.
   */
  values(connection: string, requests: readonly SecretRequest[]): Promise<readonly SecretValue[]>;
}
