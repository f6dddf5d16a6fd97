import type { DesiredServer } from '../model/desired.types.ts';
import { asReference } from '../model/secret-reference.ts';
import type { MissingSecret } from './plan.types.ts';

/**
 * Secrets that servers name and that were not found, by name. What was applied of them stays at the gateway, so that a server
 * may be in sync all the same; whatever has to be sent again fails.
 *
 * @param versions - of each secret that was found
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

/** So many servers are named as examples. */
const mostNamed = 3;
