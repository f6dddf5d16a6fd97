import type { Log } from '../model/runtime.types.ts';
import { VendorError } from '../model/errors/vendor-error.ts';
import type { LeaseWorld } from './lease.ts';
import type { UnderLease } from './pass-gate.ts';
import { serveRounds } from './rounds.ts';
import { waitForLease } from './wait-for-lease.ts';

/** How long a command without `--lock-timeout` waits for the lease to renew a sign-in, in milliseconds. */
export const readersPatienceMs = 120_000;

/**
 * Takes the lease for one step of a read-only command. What others ask for meanwhile stays for the next owner.
 *
 * @param lockTimeoutMs - how long it waits for the lease
 */
export function readerLease(
  connection: string,
  world: LeaseWorld & { readonly log: Log },
  stop: AbortSignal,
  lockTimeoutMs: number,
): UnderLease {
  return async (work) => {
    const waiting = (owner: string) =>
      world.log.warn(`${connection}: the sign-in is renewed under the lease, which ${owner} holds`);
    const patience = { lockTimeoutMs, waiting, stop };
    const lease = await waitForLease(connection, patience, world);
    if (typeof lease === 'string') {
      const why = `the access token has expired, and renewing it needs the lease, which is held by ${lease}`;
      throw new VendorError('token', 'token', why, { context: { connection } });
    }
    const done: Awaited<ReturnType<typeof work>>[] = [];
    await serveRounds(lease, {
      connection,
      scope: new Set(),
      alone: true,
      round: async () => {
        const assertOwned = () => lease.assertOwned(world.settings.attemptMs);
        done.push(await work({ isNew: true, assertOwned }));
        return { stop: true };
      },
    });
    return done[0] as Awaited<ReturnType<typeof work>>;
  };
}
