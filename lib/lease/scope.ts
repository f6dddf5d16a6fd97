import { namedAtMost } from '../model/names/named-servers.ts';

/** The servers of a pass: all of the connection, or some. */
export type Scope = 'all' | ReadonlySet<string>;

/** Maximum number of servers that knocks name together; more count as `all`. */
export const knockedAtMost = 100;

export function scopeOf(servers: readonly string[] | undefined): Scope {
  return servers === undefined ? 'all' : new Set(servers);
}

/** The servers that a pass names; undefined means all. */
export function serversOf(scope: Scope): readonly string[] | undefined {
  return scope === 'all' || scope.size > namedAtMost ? undefined : [...scope].toSorted();
}

/**
 * The union of two scopes. Above the maximum for knocks it is `all`, so that the item does not grow. Absent means
 * nothing.
 */
export function unite(a: Scope | undefined, b: Scope | undefined): Scope | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a === 'all' || b === 'all') return 'all';
  const both = new Set([...a, ...b]);
  return both.size > knockedAtMost ? 'all' : both;
}
