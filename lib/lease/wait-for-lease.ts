import { Lease } from './lease.ts';
import type { LeaseWorld } from './lease.ts';
import { ownerText } from './owner-text.ts';

/** How long a user's command waits for the lease, and how it reports that. */
export interface Patience {
  readonly lockTimeoutMs: number;
  /** Called once for each owner of the lease, with its name and since when. */
  readonly waiting?: ((owner: string) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** How often a user's command checks whether the lease is free. */
const lookEveryMs = 1000;

/** @returns the lease, or its owner and since when if the time has passed */
export async function waitForLease(
  connection: string,
  { lockTimeoutMs, waiting, stop }: Patience,
  world: LeaseWorld,
): Promise<Lease | string> {
  const { clock } = world;
  const until = clock.now() + lockTimeoutMs;
  let known: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const lease = await Lease.acquire(connection, world);
    if (lease instanceof Lease) return lease;
    const owner = ownerText(lease);
    if (owner !== known) waiting?.(owner);
    known = owner;
    if (clock.now() >= until || stop?.aborted) return owner;
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(Math.min(lookEveryMs, until - clock.now()), stop);
  }
}
