import type { Budget } from '../model/desired.types.ts';
import { InterruptedError } from './interruption.ts';
import { RateBudget } from './budget.ts';
import type { Lease, LeaseWorld } from './lease.ts';

/** The lease, for work that requires it. */
export interface LeaseAtWork {
  /** Whether it was just acquired: what was read before may have changed. */
  readonly isNew: boolean;
  /** @throws InterruptedError unless the lease is valid for the duration of an attempt */
  readonly assertOwned: () => void;
}

/** Runs work that requires the lease. */
export type UnderLease = <T>(work: (lease: LeaseAtWork) => Promise<T>) => Promise<T>;

/** Decides when a request may be sent to the vendor. */
export interface Gate {
  /**
   * Waits for the budget, then throws `InterruptedError` unless the lease and the deadline leave enough time for an
   * attempt. A lease that would expire is renewed first.
   *
   * @param patience - factor for the maximum time of the attempt; defaults to 1
   */
  admit(signal: AbortSignal, patience?: number): Promise<void>;
  /** Only the check; repeated right before a `PUT`. */
  assertMay(patience?: number): void;
  readonly underLease: UnderLease;
}

/** When a pass has to end. */
export interface PassEnd {
  /** Milliseconds since the epoch. Defaults to never. */
  readonly deadline?: number;
  readonly stop?: AbortSignal;
}

/** The gate of a pass. Its budget belongs to the connection and is passed on with the lease. */
export function passGate(
  lease: Lease,
  budget: Pick<Budget, 'requestsPerMinute'>,
  {
    clock,
    settings,
    owner,
    clockName = owner,
  }: Pick<LeaseWorld, 'clock' | 'settings' | 'owner' | 'clockName'>,
  { deadline = Number.POSITIVE_INFINITY, stop }: PassEnd = {},
): Gate {
  const { saved } = lease;
  saved.budget ??= new RateBudget(budget, clock, saved.savedBudget, clockName, settings.marginMs);
  const rate = saved.budget;
  const assertMay = (patience = 1) => {
    const attemptMs = settings.attemptMs * patience;
    lease.assertOwned(attemptMs);
    if (stop?.aborted)
      throw new InterruptedError('stopped', 'stopped; the next pass does the rest');
    if (clock.now() + attemptMs <= deadline) return;
    throw new InterruptedError(
      'deadline',
      'the time limit of this process is reached; another process continues',
    );
  };
  return {
    admit: async (signal, patience = 1) => {
      await rate.admit(stop ? AbortSignal.any([signal, stop]) : signal);
      // The steps between here and the request take time too.
      await lease.outlive(settings.attemptMs * patience + settings.renewMs / 4);
      assertMay(patience);
    },
    assertMay,
    underLease: async (work) => {
      assertMay();
      return work({ isNew: false, assertOwned: assertMay });
    },
  };
}
