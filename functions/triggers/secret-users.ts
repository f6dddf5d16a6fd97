import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';
import { rowIdIn } from '../../lib/model/names/server-key.ts';

/** What an event of a secret concerns. */
export interface SecretUsers {
  /** Ids of servers whose `spec` refers to it. */
  readonly servers: readonly string[];
  /** The names by which they do. */
  readonly secrets: readonly string[];
}

/**
 * The servers whose `spec` refers to a secret of one of these names. Rows are taken as they are, also those
 * that do not fit, and a reference counts wherever it is: to look at a server too many costs one GET. What only the
 * connection's `auth` refers to has no servers: the next call that is answered with 401 reads it again.
 */
export function secretUsers(rows: readonly DesiredRow[], names: readonly string[]): SecretUsers {
  const used = names.map((name) => ({ name, servers: usersOf(rows, name) }));
  return {
    servers: [...new Set(used.flatMap(({ servers }) => servers))],
    secrets: used.flatMap(({ name, servers }) => (servers.length > 0 ? [name] : [])),
  };
}

function usersOf(rows: readonly DesiredRow[], name: string): readonly string[] {
  return rows
    .filter(({ value }) => refersTo(value['spec'], name))
    .flatMap(({ item }) => rowIdIn(item) ?? []);
}

function refersTo(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('secret' in value && value.secret === name) return true;
  return Object.values(value).some((inner) => refersTo(inner, name));
}
