import type { Budget } from '../core/desired.types.ts';
import type { BudgetState } from '../reconcile/ports/lease-items.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';

/** So many requests may come at once. */
export const burst = 10;

/**
 * How much longer one request may be on its way than another, with a connection to open. A minute at the vendor's end may
 * hold what left in a minute and so much more.
 */
const wayMs = 2000;

/** Requests that are counted at one moment leave within so many milliseconds of it: the rest of `wayMs` is for the way. */
export const leaveWithinMs = wayMs / 2;

/** Milliseconds for one more request once the burst is spent: (limit - burst) in a minute as the vendor sees it, evenly. */
export function intervalMs({ requestsPerMinute }: Pick<Budget, 'requestsPerMinute'>): number {
  return (60_000 + wayMs) / (requestsPerMinute - burst);
}

/**
 * The tokens at `now` of a saved state. Nothing known is a full bucket. Of another clock's time only that counts which
 * has passed for certain.
 *
 * @param slackMs - how far clocks may be apart
 */
export function refilled(
  state: BudgetState | undefined,
  now: number,
  interval: number,
  by: string,
  slackMs: number,
): number {
  if (!state) return burst;
  const elapsed = Math.max(0, now - state.at - (state.by === by ? 0 : slackMs));
  return Math.min(burst, state.tokens + elapsed / interval);
}

/**
 * From when on a saved bucket refills further, as of `now`: later, where requests of it may still lie in others' hands
 * (`RateBudget.state`). Another's clock may be ahead: no hold is longer than the longest.
 */
export function refillsFrom(state: BudgetState | undefined, now: number): number {
  return state ? Math.min(Math.max(now, state.at), now + lastGrantMs) : now;
}

/** Requests that were given away, and when that was known to be written; until then somebody may yet be told of it. */
interface Grant {
  readonly at: number;
  readonly requests: number;
}

/** How long granted requests may lie in a reader's hands, before they are given up. */
export const handMs = 15_000;

/** So long after a grant its requests may still reach the vendor. */
const grantMs = handMs + wayMs + 1000;

/** The same after a release, which may take long itself, and which nobody is there to see the end of. */
const lastGrantMs = 60_000;

/** Of the burst, so many may lie in others' hands or be set aside for them: the rest is always the pass's own. */
const othersAtMost = burst / 2;

/**
 * A token bucket: in every window of a minute the vendor sees at most `requestsPerMinute`, whoever held the lease in it,
 * because a bucket of ten that refills at (limit - 10) a minute never gives more, and its state is handed on with the lease.
 * Requests are admitted in the order in which they ask; of those that others ask for, one for each of its own.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #by: string;
  readonly #interval: number;
  #tokens: number;
  #at: number;
  #line: Promise<void> = Promise.resolve();
  #grants: readonly Grant[] = [];
  /** Requests that others asked for and that there were not, and those that were set aside for them since. */
  #owed = 0;
  #aside = 0;
  #isTheirTurn = true;

  /**
   * @param saved - what the holder before left of it
   * @param by - whose clock it is
   * @param slackMs - how far clocks may be apart
   */
  constructor(
    budget: Pick<Budget, 'requestsPerMinute'>,
    clock: Clock,
    saved: BudgetState | undefined,
    by: string,
    slackMs: number,
  ) {
    const now = clock.now();
    this.#clock = clock;
    this.#by = by;
    this.#interval = intervalMs(budget);
    this.#tokens = Math.min(burst, refilled(saved, now, this.#interval, by, slackMs));
    this.#at = refillsFrom(saved, now);
  }

  /**
   * To be saved with the lease. While somebody may still hold what was granted, it refills for nobody: a bucket that is
   * full again beside requests that lie in another's hand would give more than a minute may see.
   */
  state(): BudgetState {
    const now = this.#refill();
    const granted = this.#grants.at(-1);
    const at = granted ? Math.min(granted.at, now) + lastGrantMs : now;
    return { tokens: this.#tokens, at, by: this.#by };
  }

  /**
   * Sets aside every other request from now on, until there are so many: a pass with much to do leaves nothing over by
   * itself.
   */
  owe(asked: number): void {
    this.#owed = Math.max(0, asked - this.#aside);
  }

  /**
   * Gives requests to somebody who reads without the lease, as far as there are any; the rest it owes.
   *
   * @param asked - how many would be wanted
   * @returns how many may be made, within `handMs`
   */
  grant(asked: number): number {
    this.#refill();
    const free = Math.min(Math.floor(this.#tokens), othersAtMost - this.#withOthers());
    const granted = Math.min(asked, this.#aside + Math.max(0, free));
    if (granted > 0) this.#grants = [...this.#grants, { at: Infinity, requests: granted }];
    const fromAside = Math.min(granted, this.#aside);
    this.#aside -= fromAside;
    this.#tokens -= granted - fromAside;
    this.owe(asked - granted);
    return granted;
  }

  /** What was granted is written: whoever asked for it will find it, or has found it. */
  told(): void {
    const now = this.#refill();
    this.#grants = this.#grants.map(({ at, requests }) => ({ at: Math.min(at, now), requests }));
  }

  #refill(): number {
    const now = Math.max(this.#at, this.#clock.now());
    this.#grants = this.#grants.filter(({ at }) => at + grantMs > now);
    const full = burst - this.#withOthers();
    this.#tokens = Math.min(full, this.#tokens + (now - this.#at) / this.#interval);
    this.#at = now;
    return now;
  }

  #withOthers(): number {
    return this.#grants.reduce((sum, { requests }) => sum + requests, this.#aside);
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
      const tokens = this.#tokens;
      if (tokens >= 1) {
        this.#tokens -= 1;
        const mayOwe = this.#owed > 0 && this.#withOthers() < othersAtMost;
        const isTheirs = mayOwe && this.#isTheirTurn;
        this.#isTheirTurn = !isTheirs;
        if (!isTheirs) return;
        this.#owed -= 1;
        this.#aside += 1;
        continue;
      }
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await this.#clock.sleep(Math.ceil((1 - tokens) * this.#interval), signal);
    }
  }
}
