import type { Budget } from '../model/desired.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { BudgetState } from './lease-item.ts';

type Limit = Pick<Budget, 'requestsPerMinute'>;

/** Maximum number of requests at once. */
const burst = 10;

/**
 * How much the travel times of two requests may differ, if one has to open a connection. Requests sent within a minute
 * and this much more may arrive within one minute.
 */
const wayMs = 2000;

/** Requests sent within this time may reach the vendor within one minute. */
export const minuteMs = 60_000 + wayMs;

/** Requests per minute that are reserved for a read-only command: a tenth, at least 2. Passes have the rest. */
export function readersShare({ requestsPerMinute }: Limit): number {
  return Math.floor(requestsPerMinute / 10);
}

/** Requests that a pass can always make in this time, however many were made before. */
export function requestsWithin(limit: Limit, ms: number): number {
  return Math.floor(ms / intervalMs(limit));
}

/** Milliseconds for one more request of a pass once the burst is spent. */
function intervalMs(limit: Limit): number {
  return minuteMs / (limit.requestsPerMinute - readersShare(limit) - burst);
}

/**
 * The token bucket of a connection's passes. In any minute the vendor gets at most the limit minus the readers' share,
 * whichever processes owned the lease: the bucket has ten tokens, refills evenly at the remaining rate, and its state
 * is passed on with the lease. Requests are admitted in order.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #by: string;
  readonly #interval: number;
  #tokens: number;
  #at: number;
  #line: Promise<void> = Promise.resolve();

  /**
   * @param saved - the state that the previous owner saved; absent: a full bucket
   * @param by - name of the clock
   * @param slackMs - how far clocks may differ: of a time by another clock, only the part that has certainly passed
   * counts
   */
  constructor(
    limit: Limit,
    clock: Clock,
    saved: BudgetState | undefined,
    by: string,
    slackMs: number,
  ) {
    this.#clock = clock;
    this.#by = by;
    this.#interval = intervalMs(limit);
    this.#tokens = saved?.tokens ?? burst;
    this.#at = clock.now();
    if (saved) this.#add(this.#at - saved.at - (saved.by === by ? 0 : slackMs));
  }

  /** The state to save with the lease. */
  state(): BudgetState {
    this.#refill();
    return { tokens: this.#tokens, at: this.#at, by: this.#by };
  }

  #refill(): void {
    const now = Math.max(this.#at, this.#clock.now());
    this.#add(now - this.#at);
    this.#at = now;
  }

  #add(elapsedMs: number): void {
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, elapsedMs) / this.#interval);
  }

  /** Resolves when one more request may be sent, or when `signal` aborts. */
  async admit(signal?: AbortSignal): Promise<void> {
    const turn = this.#line.then(() => this.#take(signal));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    while (signal?.aborted !== true) {
      this.#refill();
      if (this.#tokens >= 1) {
        this.#tokens -= 1;
        return;
      }
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await this.#clock.sleep(Math.ceil((1 - this.#tokens) * this.#interval), signal);
    }
  }
}
