import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';
import { serverIdIn } from '../../lib/model/names/server-key.ts';

/**
 * Ids of the servers whose `spec` refers to a secret of one of these names. Rows are taken as they are, also those
 * that do not fit, and a reference counts wherever it is: to look at a server too many costs one GET. What only the
 * connection's `auth` refers to has no servers: the next call that is answered with 401 reads it again.
 */
export function serversUsing(
  rows: readonly DesiredRow[],
  names: readonly string[],
): readonly string[] {
  const wanted = new Set<unknown>(names);
  return rows
    .filter(({ value }) => refersTo(value['spec'], wanted))
    .flatMap(({ item }) => serverIdIn(item) ?? []);
}

function refersTo(value: unknown, wanted: ReadonlySet<unknown>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('secret' in value && wanted.has(value.secret)) return true;
  return Object.values(value).some((inner) => refersTo(inner, wanted));
}
