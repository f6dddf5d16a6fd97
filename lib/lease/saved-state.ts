import type { Retry, ServerRecord } from '../model/ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { RateBudget } from './budget.ts';
import { countInWindow, recounted } from './change-window.ts';
import type { BudgetState, ChangeBucket, LeaseItem, LeaseSave } from './lease-item.ts';

/** What a connection's passes hand to each other in the lease item, beside the lease itself. */
export class SavedState {
  readonly #clock: Clock;
  #window: readonly ChangeBucket[];
  #retry: Retry | undefined;
  /**
   * The budget that the last owner saved, if any. After a takeover it counts as empty: nothing is known
   * of what that owner still spent.
   */
  readonly savedBudget: BudgetState | undefined;
  /** The connection's budget, once a pass has made it. */
  budget: RateBudget | undefined;

  /**
   * @param acquired - the item as it was acquired just now
   * @param clockName - whose clock it is
   */
  constructor(acquired: LeaseItem, clock: Clock, clockName: string) {
    this.#clock = clock;
    this.#window = acquired.window;
    this.#retry = acquired.retry;
    this.savedBudget = acquired.takenOver
      ? { tokens: 0, at: clock.now(), by: clockName }
      : acquired.budget;
  }

  /** The guard's count of the last hour, this pass's own included. */
  get window(): readonly ChangeBucket[] {
    return this.#window;
  }

  /** Backoff of the connection. */
  get retry(): Retry | undefined {
    return this.#retry;
  }

  /** Takes in what server items know of the guard's count: the last owner may not have come to save it. */
  recount(servers: ReadonlyMap<string, ServerRecord>): void {
    const countedAt = servers.values().map((server) => server.countedAt);
    this.#window = recounted(this.#window, countedAt, this.#clock.now());
  }

  /** Counts one server as changed now. */
  count(): void {
    this.#window = countInWindow(this.#window, this.#clock.now());
  }

  /** Sets or clears the connection's backoff. */
  setRetry(retry: Retry | undefined): void {
    this.#retry = retry;
  }

  /** What the next renewal or release writes. */
  save(): LeaseSave {
    const budget = this.budget?.state() ?? this.savedBudget;
    return { window: this.#window, retry: this.#retry, budget };
  }
}
