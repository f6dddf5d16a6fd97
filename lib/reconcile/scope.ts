import type { Scope } from './ports/lease-items.ts';

/** A pass over at most so many servers reads them one by one; beyond, the list is cheaper. */
export const namedAtMost = 10;

/** Knocks name at most so many servers; beyond, they ask for all. */
export const knockedAtMost = 100;

export function scopeOf(servers: readonly string[] | undefined): Scope {
  return servers === undefined ? 'all' : new Set(servers);
}

/** The servers that a pass names; undefined means all. */
export function serversOf(scope: Scope): readonly string[] | undefined {
  return scope === 'all' || scope.size > namedAtMost ? undefined : [...scope].toSorted();
}

/** Both at once. Absent is nothing. */
export function unite(a: Scope | undefined, b: Scope | undefined): Scope | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
