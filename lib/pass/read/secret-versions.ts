import { asReference } from '../../model/secret-reference.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import type { SecretSource } from '../../secrets/secret-source.ts';
import { allEnded } from '../limited.ts';
import type { SecretVersions } from './readings.types.ts';

/** Which versions of secrets to read. */
export interface VersionsQuestion {
  /** Server ids; absent means all servers of the connection. */
  readonly servers?: readonly string[];
  /** Names of secrets whose version is read by name and not from a list. */
  readonly secrets?: readonly string[];
  /**
   * Reads the version of each secret by name, unless there are many. For a plan, because no apply follows that would
   * notice an outdated list.
   */
  readonly exact?: boolean;
}

/** With more secrets than this, a plan uses the list like a pass, because single calls would take too long. */
export const exactAtMost = 100;

/**
 * The versions of secrets. They are read by name if servers are named, or for a plan with few secrets; otherwise from a
 * list of all secrets of the connection, which may be minutes old and is not used for secrets that are known to have
 * changed.
 *
 * @param names - the secrets of the servers, and the connection's own if a server waits for a new version of it
 * @throws StoreError
 */
export async function readVersions(
  { servers: ids, exact = false, secrets: moved = [] }: VersionsQuestion,
  names: ReadonlySet<string>,
  connection: string,
  secrets: SecretSource,
  signal: AbortSignal,
): Promise<SecretVersions> {
  if (names.size === 0) return new Map();
  const byName = ids !== undefined || (exact && names.size <= exactAtMost);
  if (byName) return secrets.versions(connection, [...names], signal);
  const needed = moved.filter((secret) => names.has(secret));
  const [listed, asked] = await allEnded([
    secrets.versions(connection, undefined, signal),
    needed.length === 0 ? new Map<string, string>() : secrets.versions(connection, needed, signal),
  ]);
  return new Map([...listed, ...asked]);
}

/** The names of the servers' secrets. */
export function secretNames(servers: readonly Declared[]): Set<string> {
  const names = new Set<string>();
  for (const declared of servers) {
    if (!declared.valid) continue;
    for (const { field, value } of declared.server.units) {
      if (field.access === 'secret') names.add(asReference(value).secret);
    }
  }
  return names;
}
