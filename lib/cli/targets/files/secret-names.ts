/** Names of all secrets that a declaration refers to, at any place in it. */
export function secretNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(secretNames);
  if (typeof value !== 'object' || value === null) return [];
  const { secret, key, ...others } = value as Record<string, unknown>;
  const isReference =
    typeof secret === 'string' &&
    Object.keys(others).length === 0 &&
    (key === undefined || typeof key === 'string');
  return isReference ? [secret] : Object.values(value).flatMap(secretNames);
}
