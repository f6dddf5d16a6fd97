import type { Budget } from '../model/desired.types.ts';
import { InterruptedError } from './interruption.ts';
import { RateBudget } from './budget.ts';
import type { Lease, LeaseWorld } from './lease.ts';

/** The lease, for what must only happen under it. */
export interface LeaseAtWork {
  /** Whether it was acquired for this: what was read before may have changed. */
  readonly isNew: boolean;
  /** @throws InterruptedError unless the lease outlives an attempt */
  readonly assertOwned: () => void;
}

/** Runs what must only happen under the lease. */
export type UnderLease = <T>(work: (lease: LeaseAtWork) => Promise<T>) => Promise<T>;

/** Who may call the vendor, and when. */
export interface Gate {
  /**
   * Waits for the budget, then throws `InterruptedError` unless the lease and the time outlive an attempt. A lease that
   * ends before is renewed first.
   *
   * @param patience - how many times as long as usual the attempt may take; 1 unless given
   */
  admit(signal: AbortSignal, patience?: number): Promise<void>;
  /** The last part of it: asked again right before a `PUT`. */
  assertMay(patience?: number): void;
  readonly underLease: UnderLease;
}

/** When a pass has to end. */
export interface PassEnd {
  /** Milliseconds since the epoch. Defaults to never. */
  readonly deadline?: number;
  readonly stop?: AbortSignal;
}

/** The gate of a pass: its budget is the connection's, handed on with the lease. */
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
      'the time of this process has ended; another one continues',
    );
  };
  return {
    admit: async (signal, patience = 1) => {
      await rate.admit(stop ? AbortSignal.any([signal, stop]) : signal);
      // What is asked for between here and the request takes time too.
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
