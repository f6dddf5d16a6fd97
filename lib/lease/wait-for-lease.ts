import type { Dependencies } from '../reconcile/dependencies.types.ts';
import { Lease } from './lease.ts';

/** How long a person's request waits, and who is told. */
export interface Patience {
  readonly lockTimeoutMs: number;
  /** Told who holds the lease, each time it is another. */
  readonly waiting?: ((owner: string) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** How often a person's request looks whether the lease is free. */
const lookEveryMs = 1000;

/** @returns the lease, or who holds it when the time is over */
export async function waitForLease(
  connection: string,
  { lockTimeoutMs, waiting, stop }: Patience,
  deps: Dependencies,
): Promise<Lease | string> {
  const { clock, lease: items } = deps;
  const until = clock.now() + lockTimeoutMs;
  let told: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const lease = await Lease.acquire(connection, { items, ...deps });
    if (lease) return lease;
    // oxlint-disable-next-line no-await-in-loop
    const holder = (await items.read(connection))?.owner;
    // None: it was freed in between.
    if (holder !== undefined && holder !== told) waiting?.(holder);
    told = holder;
    if (clock.now() >= until || stop?.aborted) return holder ?? 'somebody';
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(Math.min(lookEveryMs, until - clock.now()), stop);
  }
}
