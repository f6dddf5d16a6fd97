import type { Budget } from '../model/desired.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { BudgetState } from './lease-item.ts';

type Limit = Pick<Budget, 'requestsPerMinute'>;

/** So many requests may come at once. */
const burst = 10;

/**
 * How much longer one request may be on its way than another, with a connection to open. A minute at the vendor's end may
 * hold what left in a minute and so much more.
 */
const wayMs = 2000;

/** What leaves within this time may reach the vendor within one minute. */
export const minuteMs = 60_000 + wayMs;

/** Requests a minute that are kept for a command that only reads; the passes have the rest. A tenth, at least 2. */
export function readersShare({ requestsPerMinute }: Limit): number {
  return Math.floor(requestsPerMinute / 10);
}

/** Requests that a pass may make in this time, whatever was spent before it. */
export function requestsWithin(limit: Limit, ms: number): number {
  return Math.floor(ms / intervalMs(limit));
}

/** Milliseconds for one more request of a pass once the burst is spent. */
function intervalMs(limit: Limit): number {
  return minuteMs / (limit.requestsPerMinute - readersShare(limit) - burst);
}

/**
 * The token bucket of a connection's passes: in every window of a minute the vendor sees at most the limit less the
 * readers' share, whichever processes owned the lease in it, because a bucket of ten that refills at the rest evenly never gives more,
 * and its state is handed on with the lease. Requests are admitted in the order in which they ask.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #by: string;
  readonly #interval: number;
  #tokens: number;
  #at: number;
  #line: Promise<void> = Promise.resolve();

  /**
   * @param saved - what the owner before left of it; nothing known is a full bucket
   * @param by - whose clock it is
   * @param slackMs - how far clocks may be apart: of another clock's time only that counts which has passed for certain
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

  /** To be saved with the lease. */
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

  /** Resolves when one more request may be made, or when `signal` aborts. */
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
