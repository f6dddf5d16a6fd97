import type { Budget } from '../core/desired.types.ts';
import { RateBudget } from './budget.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import { InterruptedError } from './interruption.ts';
import type { Lease } from './lease.ts';

/** Who may call the vendor, and when. */
export interface Gate {
  /** Waits for the budget, then throws `InterruptedError` unless the lease and the time outlive an attempt. */
  admit(signal: AbortSignal): Promise<void>;
  /** The second half of it: for what must only happen under the lease. */
  assertMay(): void;
}

/** What ends a pass besides its lease. */
export interface Limits {
  /** Milliseconds since the epoch at which the process ends. */
  readonly deadline?: number;
  /** Aborts when the caller wants it to end. */
  readonly stop?: AbortSignal;
}

/** The gate of a pass: its budget is the connection's, handed on with the lease. */
export function passGate(
  lease: Lease,
  budget: Budget,
  {
    clock,
    settings,
    owner,
    clockName = owner,
  }: Pick<Dependencies, 'clock' | 'settings' | 'owner' | 'clockName'>,
  { deadline = Number.POSITIVE_INFINITY, stop }: Limits = {},
): Gate {
  const { saved } = lease;
  const state = saved.takenOver ? { tokens: 0, at: clock.now(), by: clockName } : saved.savedBudget;
  const rate = saved.budget ?? new RateBudget(budget, clock, state, clockName, settings.marginMs);
  saved.budget = rate;
  const assertMay = () => {
    lease.assertOwned(settings.attemptMs);
    if (stop?.aborted)
      throw new InterruptedError('stopped', 'stopped; the next pass does the rest');
    if (clock.now() + settings.attemptMs <= deadline) return;
    throw new InterruptedError('deadline', 'the time of this process is over; another goes on');
  };
  return {
    admit: async (signal) => {
      await rate.admit(stop ? AbortSignal.any([signal, stop]) : signal);
      assertMay();
    },
    assertMay,
  };
}
