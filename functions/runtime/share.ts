import { StoreError } from '../../lib/model/errors/store-error.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';

/** Connections that an invocation reconciles itself, side by side, and those that are left. */
export interface Share {
  readonly own: readonly string[];
  readonly left: readonly string[];
}

/**
 * Servers that the passes of one process may have in memory together. A connection with more of them is alone in its process.
 */
export const serversAtOnce = 2000;

/** Lease items read at the same time. */
const readsAtOnce = 10;

/**
 * The first `atMost` connections, less those that would be too large together: of those that fit, in order, or the first
 * one alone.
 */
export async function takeShare(
  connections: readonly string[],
  atMost: number,
  deps: Pick<Dependencies, 'lease' | 'desired'>,
): Promise<Share> {
  const candidates = connections.slice(0, atMost);
  const [first] = candidates;
  if (first === undefined || candidates.length === 1) {
    return { own: candidates, left: connections.slice(candidates.length) };
  }
  const sizes = await sizesOf(candidates, deps);
  const own = new Set<string>();
  let servers = 0;
  for (const name of candidates) {
    const size = sizes.get(name) ?? 0;
    if (servers + size > serversAtOnce) continue;
    own.add(name);
    servers += size;
  }
  if (own.size === 0) own.add(first);
  return { own: [...own], left: connections.filter((name) => !own.has(name)) };
}

async function sizesOf(
  connections: readonly string[],
  { lease, desired }: Pick<Dependencies, 'lease' | 'desired'>,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  await eachLimited(connections, readsAtOnce, async (name) => {
    try {
      // What the last pass over all of them found; before the first one, what is declared.
      const known = (await lease.read(name))?.known;
      sizes.set(name, known ?? (await desired.countServers(name)));
    } catch (error) {
      // Its pass will say so.
      if (!(error instanceof StoreError)) throw error;
    }
  });
  return sizes;
}
