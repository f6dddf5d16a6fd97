import type { Retry, Time } from '../model/ledger.types.ts';
import { comparableId } from '../model/names/server-id.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { RateBudget } from './budget.ts';
import { countInWindow, currentWindow, isInWindow, uncountInWindow } from './change-window.ts';
import type { BudgetState, ChangeBucket, LeaseItem, LeaseSave } from './lease-item.ts';

/** The state that a connection's passes pass on in the lease item, besides the lease itself. */
export class SavedState {
  readonly #clock: Clock;
  readonly #takenOverAt: number;
  #window: readonly ChangeBucket[];
  #creates: readonly ChangeBucket[];
  #retry: Retry | undefined;
  /** Servers that a `PUT` may be sent to, with the time when each was counted before. */
  #reserved: ReadonlyMap<string, Time | undefined> = new Map();
  /** Servers that this pass has counted, with the time. */
  readonly #counted = new Map<string, Time>();
  /**
   * The budget that the last owner saved, if any. After a takeover it counts as empty, because it is unknown what that
   * owner used since.
   */
  readonly savedBudget: BudgetState | undefined;
  /** The connection's budget, once a pass has created it. */
  budget: RateBudget | undefined;
  #known: number | undefined;
  #mostKnown: number | undefined;

  /**
   * @param acquired - the item as it was just acquired
   * @param clockName - name of the clock
   */
  constructor(acquired: LeaseItem, clock: Clock, clockName: string) {
    this.#clock = clock;
    this.#window = acquired.window;
    this.#creates = acquired.creates ?? [];
    this.#retry = acquired.retry;
    this.#takenOverAt = acquired.takenOverAt ?? 0;
    this.#known = acquired.known;
    this.#mostKnown = acquired.mostKnown;
    this.savedBudget = acquired.takenOver
      ? { tokens: 0, at: clock.now(), by: clockName }
      : acquired.budget;
  }

  /** The guard's count of changes in the last hour, including this pass. */
  get window(): readonly ChangeBucket[] {
    return this.#window;
  }

  /** The same for created servers. */
  get creates(): readonly ChangeBucket[] {
    return this.#creates;
  }

  /** Counts one more created server from the next save. Called before the request is sent. */
  countCreate(): void {
    this.#creates = countInWindow(this.#creates, this.#clock.now(), 1);
  }

  /** Number of servers in the ledger when a pass last read all of them; undefined if none did. */
  get known(): number | undefined {
    return this.#known;
  }

  /** The largest such number ever. */
  get mostKnown(): number | undefined {
    return this.#mostKnown;
  }

  /** Sets the number of servers after a pass has read the whole ledger. */
  knows(servers: number): void {
    this.#known = servers;
    this.#mostKnown = Math.max(servers, this.#mostKnown ?? 0);
  }

  /** Backoff of the connection. */
  get retry(): Retry | undefined {
    return this.#retry;
  }

  /**
   * Counts these servers as changed from the next save. Called before anything is sent, so that they count even if this
   * process dies.
   *
   * @param servers - by id, the time when each was counted before
   */
  reserve(servers: ReadonlyMap<string, Time | undefined>): void {
    this.#reserved = new Map([...servers].map(([id, countedAt]) => [comparableId(id), countedAt]));
  }

  /**
   * A `PUT` of this server (in any spelling of its id) may have reached the gateway: if it was reserved, it counts from
   * now on.
   */
  sent(spelled: string): void {
    const id = comparableId(spelled);
    if (!this.#reserved.has(id) || this.#counted.has(id)) return;
    const now = this.#clock.now();
    const before = this.#reserved.get(id);
    this.#counted.set(id, new Date(now).toISOString());
    // A server counts once, by its latest change. Counts of an owner that died may be missing from the buckets.
    if (before !== undefined && isInWindow(before, now) && Date.parse(before) > this.#takenOverAt) {
      this.#window = uncountInWindow(this.#window, before);
    }
    this.#window = countInWindow(this.#window, now, 1);
  }

  /** When this pass counted the server; undefined if it did not. */
  countedAt(id: string): Time | undefined {
    return this.#counted.get(comparableId(id));
  }

  /** All requests have ended: servers that were reserved and not sent no longer count. */
  settle(): void {
    this.#reserved = new Map();
    this.#counted.clear();
  }

  /** Sets or clears the connection's backoff. */
  setRetry(retry: Retry | undefined): void {
    this.#retry = retry;
  }

  /**
   * What the next renewal or release writes.
   *
   * @param until - when the lease expires: until then this process may send what it has reserved
   */
  save(until: number): LeaseSave {
    const budget = this.budget?.state() ?? this.savedBudget;
    const now = this.#clock.now();
    const open = this.#reserved.keys().filter((id) => !this.#counted.has(id));
    const window = countInWindow(currentWindow(this.#window, now), until, [...open].length);
    const creates = currentWindow(this.#creates, now);
    const [known, mostKnown] = [this.#known, this.#mostKnown];
    return {
      window,
      ...(creates.length > 0 && { creates }),
      retry: this.#retry,
      budget,
      ...(known !== undefined && { known }),
      ...(mostKnown !== undefined && { mostKnown }),
    };
  }
}
