import type { Declared } from '../../plan/plan-server.ts';
import { asReference } from '../../model/secret-reference.ts';
import type { SecretSource } from '../../secrets/secret-source.ts';

/** Ids of current versions, by name of the secret; those that there are. */
export type SecretVersions = ReadonlyMap<string, string>;

/** Above so many secrets a plan lists them like a pass: a call for each would take longer than all the rest. */
export const exactAtMost = 100;

/** Whether a server is read and compared at all. */
export function isToRead(declared: Declared): boolean {
  return declared.valid && declared.server.policy.mode !== 'off';
}

/**
 * The versions of the servers' secrets: by name where some servers are named, or for a plan of not too many; otherwise from
 * a list of all that the connection has, which may be minutes old.
 *
 * @throws StoreError
 */
export async function readVersions(
  { servers: ids, exact = false }: { servers?: readonly string[]; exact?: boolean },
  wanted: readonly (readonly [string, Declared])[],
  connection: string,
  secrets: SecretSource,
  signal: AbortSignal,
): Promise<SecretVersions> {
  const names = secretNames(wanted.map(([, declared]) => declared));
  if (names.size === 0) return new Map();
  const byName = ids !== undefined || (exact && names.size <= exactAtMost);
  return secrets.versions(connection, byName ? [...names] : undefined, signal);
}

function secretNames(servers: readonly Declared[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const declared of servers) {
    if (!declared.valid) continue;
    for (const { field, value } of declared.server.units) {
      if (field.access === 'secret') names.add(asReference(value).secret);
    }
  }
  return names;
}
