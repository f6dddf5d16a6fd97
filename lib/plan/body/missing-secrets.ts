import type { DesiredServer } from '../../model/desired.types.ts';
import { asReference } from '../../model/secret-reference.ts';
import type { MissingSecret } from '../plan.types.ts';

/**
 * Secrets that servers use and that were not found, by name. Values that were applied before stay at the gateway, so a
 * server can still be in sync, but sending the secret again fails.
 *
 * @param versions - version ids of the secrets that were found
 */
export function missingSecrets(
  servers: Iterable<DesiredServer>,
  versions: ReadonlyMap<string, string>,
): readonly MissingSecret[] {
  const users = new Map<string, DesiredServer[]>();
  for (const server of servers) {
    const names = new Set(
      server.units.flatMap(({ field, value }) =>
        field.access === 'secret' ? [asReference(value).secret] : [],
      ),
    );
    for (const name of names) {
      if (versions.has(name)) continue;
      const others = users.get(name) ?? [];
      others.push(server);
      users.set(name, others);
    }
  }
  return [...users]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([secret, named]) => ({
      secret,
      servers: named.length,
      such: named.slice(0, mostNamed).map(({ id, label }) => label ?? id),
    }));
}

/** Maximum number of servers that are named as examples. */
const mostNamed = 3;
