import { TrueupError } from '../core/errors.ts';
import type { Retry } from '../core/ledger.types.ts';
import { countInWindow } from './change-window.ts';
import type { ChangeBucket, LeaseItem, LeaseItems } from './ports/lease-items.ts';
import type { Clock } from './ports/runtime.ts';
import type { ReconcileSettings } from './settings.types.ts';

/** The lease is over, or would be before what was to be started could end. */
export class LeaseLostError extends TrueupError {}

/** A held lease of one connection: whoever reconciles it holds it. */
export class Lease {
  readonly connection: string;
  readonly #items: LeaseItems;
  readonly #clock: Clock;
  readonly #item: LeaseItem;
  readonly #expiresAt: number;
  #window: readonly ChangeBucket[];
  #retry: Retry | null | undefined;

  private constructor(
    connection: string,
    items: LeaseItems,
    clock: Clock,
    item: LeaseItem,
    expiresAt: number,
  ) {
    this.connection = connection;
    this.#items = items;
    this.#clock = clock;
    this.#item = item;
    this.#expiresAt = expiresAt;
    this.#window = item.window;
  }

  /** @returns undefined if somebody else holds it */
  static async acquire(
    connection: string,
    owner: string,
    items: LeaseItems,
    clock: Clock,
    settings: ReconcileSettings,
  ): Promise<Lease | undefined> {
    const now = clock.now();
    const expiresAt = now + settings.leaseMs;
    const overBefore = now - settings.marginMs;
    const item = await items.acquire(connection, { owner, expiresAt, overBefore });
    return item && new Lease(connection, items, clock, item, expiresAt);
  }

  get epoch(): number {
    return this.#item.epoch;
  }

  /** The guard's count of the last hour, this pass's own included. */
  get window(): readonly ChangeBucket[] {
    return this.#window;
  }

  /** Backoff of the connection, as it stood at acquisition. */
  get retry(): Retry | undefined {
    return this.#item.retry;
  }

  /** Counts one server as changed now; saved at release. */
  count(): void {
    this.#window = countInWindow(this.#window, this.#clock.now());
  }

  /** Sets or clears the connection's backoff; saved at release. */
  setRetry(retry: Retry | undefined): void {
    this.#retry = retry ?? null;
  }

  /** @throws LeaseLostError unless the lease outlives the next `ms` milliseconds */
  assertHeld(ms: number): void {
    if (this.#clock.now() + ms <= this.#expiresAt) return;
    throw new LeaseLostError('lease-lost', `the lease of ${this.connection} is over`, {
      context: { connection: this.connection, epoch: this.epoch },
    });
  }

  /** Frees the lease. Says false if it had been taken over meanwhile: then nothing was saved. */
  async release(): Promise<boolean> {
    const save = {
      window: this.#window,
      ...(this.#retry !== undefined && { retry: this.#retry }),
    };
    return this.#items.release(this.connection, { epoch: this.epoch, save });
  }
}
