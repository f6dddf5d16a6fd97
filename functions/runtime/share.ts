import { StoreError } from '../../lib/model/errors/store-error.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';

/** Connections that an invocation reconciles itself, in parallel, and the remaining ones. */
export interface Share {
  readonly own: readonly string[];
  readonly left: readonly string[];
}

/** Maximum number of servers that concurrent passes may have in memory. A larger connection is processed alone. */
export const serversAtOnce = 2000;

/** Lease items read at the same time. */
const readsAtOnce = 10;

/** The first `atMost` connections that fit into memory together, in order, or the first one alone. */
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
      // The number from the last full pass; before the first one, the number of declared servers.
      const known = (await lease.read(name))?.known;
      sizes.set(name, known ?? (await desired.countServers(name)));
    } catch (error) {
      // The connection's own pass reports the error.
      if (!(error instanceof StoreError)) throw error;
    }
  });
  return sizes;
}
