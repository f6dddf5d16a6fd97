import { namedAtMost } from '../model/names/named-servers.ts';

/** What a pass is asked for: all servers of the connection, or some. */
export type Scope = 'all' | ReadonlySet<string>;

/** Knocks name at most so many servers together; more are all. */
export const knockedAtMost = 100;

export function scopeOf(servers: readonly string[] | undefined): Scope {
  return servers === undefined ? 'all' : new Set(servers);
}

/** The servers that a pass names; undefined means all. */
export function serversOf(scope: Scope): readonly string[] | undefined {
  return scope === 'all' || scope.size > namedAtMost ? undefined : [...scope].toSorted();
}

/** Both at once; more than knocks may name are all, so that what owners leave each other never grows. Absent is nothing. */
export function unite(a: Scope | undefined, b: Scope | undefined): Scope | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a === 'all' || b === 'all') return 'all';
  const both = new Set([...a, ...b]);
  return both.size > knockedAtMost ? 'all' : both;
}
