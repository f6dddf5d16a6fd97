import type { Declared } from '../../core/plan-server.ts';
import { asReference } from '../../model/secret-reference.ts';

/** Ids of current versions, by name of the secret; those that there are. */
export type SecretVersions = ReadonlyMap<string, string>;

/** Above so many secrets a plan lists them like a pass: a call for each would take longer than all the rest. */
export const exactAtMost = 100;

/**
 * Whether the version of each secret is asked for by itself, and not taken from a list of all that the connection has.
 *
 * @param names - of the secrets
 * @param ids - the servers that are named, if some are
 * @param exact - no apply follows that would find out that a list was old
 */
export function isByName(
  names: ReadonlySet<string>,
  ids: readonly string[] | undefined,
  exact: boolean,
): boolean {
  return ids !== undefined || (exact && names.size <= exactAtMost);
}

/** Whether a server is read and compared at all. */
export function isToRead(declared: Declared): boolean {
  return declared.valid && declared.server.policy.mode !== 'off';
}

/** Names of the secrets of those servers that are read. */
export function secretNames(servers: Iterable<Declared>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const declared of servers) {
    if (!declared.valid || !isToRead(declared)) continue;
    for (const { field, value } of declared.server.units) {
      if (field.access === 'secret') names.add(asReference(value).secret);
    }
  }
  return names;
}
