import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';
import { rowIdIn } from '../../lib/model/names/server-key.ts';

/** The users of a secret. */
export interface SecretUsers {
  /** Ids of servers whose `spec` refers to it. */
  readonly servers: readonly string[];
  /** The names by which they refer to it. */
  readonly secrets: readonly string[];
}

/**
 * The servers whose `spec` refers to a secret with one of these names. Invalid rows are included, and a reference
 * counts in any place, because an unnecessary server costs only one GET. A secret that only the connection's `auth`
 * refers to has no servers: it is read again after the next 401.
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
