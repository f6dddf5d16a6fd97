import type { Gate } from '../lease/pass-gate.ts';
import { readOnlyGate } from '../lease/read-only-gate.ts';
import { readerLease, readersPatienceMs } from '../lease/reader-lease.ts';
import type { Connection } from '../model/desired.types.ts';
import type { Dependencies } from './dependencies.types.ts';

/**
 * The gate of a read-only command.
 *
 * @param lockTimeoutMs - how long it waits for the lease if a sign-in has to be renewed
 */
export function readersGate(
  { name, budget }: Connection,
  deps: Dependencies,
  stop: AbortSignal,
  lockTimeoutMs = readersPatienceMs,
): Gate {
  const underLease =
    deps.readersRenew === true ? readerLease(name, deps, stop, lockTimeoutMs) : undefined;
  return readOnlyGate(budget, deps.clock, underLease);
}
