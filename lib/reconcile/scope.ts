import type { Scope } from './ports/lease-items.ts';
import { namedAtMost } from './ports/work-queue.ts';

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
