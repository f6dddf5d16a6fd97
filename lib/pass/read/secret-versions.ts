import { asReference } from '../../model/secret-reference.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import type { SecretSource } from '../../secrets/secret-source.ts';
import { allEnded } from '../limited.ts';
import type { SecretVersions } from './readings.types.ts';

/** What the versions of secrets are asked for. */
export interface VersionsQuestion {
  /** Ids; absent means all of the connection's. */
  readonly servers?: readonly string[];
  /** Names of secrets whose version is asked for by name, whatever a list says. */
  readonly secrets?: readonly string[];
  /** Asks for the version of each secret, unless there are many: no apply follows that would find out that a list was old. */
  readonly exact?: boolean;
}

/** Above so many secrets a plan lists them like a pass: a call for each would take longer than all the rest. */
export const exactAtMost = 100;

/**
 * The versions of secrets: by name where some servers are named, or for a plan of not too many; otherwise from a list of all
 * that the connection has, which may be minutes old. What it says of a secret that is known to have moved does not count.
 *
 * @param names - those that the servers name, and the connection's own where a server waits under its version
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

/** The secrets that servers name. */
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
