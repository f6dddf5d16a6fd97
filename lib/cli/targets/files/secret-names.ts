import type { SecretReference } from '../../../model/secret.ts';

/** Names of all secrets that a declaration refers to. */
export function secretNames(value: unknown): readonly string[] {
  return secretReferences(value).map(({ secret }) => secret);
}

/** All references to secrets in a declaration. */
export function secretReferences(value: unknown): readonly SecretReference[] {
  if (Array.isArray(value)) return value.flatMap(secretReferences);
  if (typeof value !== 'object' || value === null) return [];
  const { secret, key, ...others } = value as Record<string, unknown>;
  const isReference =
    typeof secret === 'string' &&
    Object.keys(others).length === 0 &&
    (key === undefined || typeof key === 'string');
  return isReference ? [value as SecretReference] : Object.values(value).flatMap(secretReferences);
}
