import type { Retry, ServerRecord } from '../core/ledger.types.ts';
import type { RateBudget } from './budget.ts';
import { countInWindow, recounted } from './change-window.ts';
import type {
  BudgetState,
  ChangeBucket,
  LeaseItem,
  LeaseSave,
} from '../reconcile/ports/lease-items.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';

/** What a connection's passes hand to each other in the lease item, beside the lease itself. */
export class SavedState {
  readonly #acquired: LeaseItem;
  readonly #clock: Clock;
  readonly #owner: string;
  #window: readonly ChangeBucket[];
  #retry: Retry | undefined;
  /** The connection's budget, once a pass has made it. */
  budget: RateBudget | undefined;

  /** @param acquired - the item as `acquire` returned it to `owner` */
  constructor(acquired: LeaseItem, { clock, owner }: { clock: Clock; owner: string }) {
    this.#acquired = acquired;
    this.#clock = clock;
    this.#owner = owner;
    this.#window = acquired.window;
    this.#retry = acquired.retry;
  }

  /** The guard's count of the last hour, this pass's own included. */
  get window(): readonly ChangeBucket[] {
    return this.#window;
  }

  /** Backoff of the connection. */
  get retry(): Retry | undefined {
    return this.#retry;
  }

  /** The budget that the last holder saved; absent if there was none. */
  get savedBudget(): BudgetState | undefined {
    return this.#acquired.budget;
  }

  /** Whether the last holder never released the lease: then nothing is known of what it still spent. */
  get takenOver(): boolean {
    return this.#acquired.takenOver;
  }

  /** Takes in what server items know of the guard's count: the last holder may not have come to save it. */
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
    const common = { window: this.#window, retry: this.#retry ?? null };
    if (!this.budget) return this.takenOver ? { ...common, budget: this.#nothingKnown() } : common;
    return { ...common, budget: this.budget.state() };
  }

  /** After a takeover in which no pass came to call the vendor: what was saved before it is not to be believed. */
  #nothingKnown(): BudgetState {
    return { tokens: 0, at: this.#clock.now(), by: this.#owner };
  }
}
