import type { Retry, Time } from '../../core/ledger.types.ts';

/** What a pass is asked for: all servers of the connection, or some. */
export type Scope = 'all' | ReadonlySet<string>;

/** Knocks name at most so many servers in all, those named twice counted twice; beyond, they ask for all. */
export const knockedAtMost = 100;

/** One of twelve buckets of five minutes: how many servers the guard counted as changed from `start` on. */
export interface ChangeBucket {
  /** ISO 8601, a multiple of five minutes. */
  readonly start: Time;
  readonly changed: number;
}

/** The rate budget as it stood at a moment. */
export interface BudgetState {
  /** Requests that may be made at once. */
  readonly tokens: number;
  /** Milliseconds since the epoch, by the clock of whoever saved it. */
  readonly at: number;
  /** Whose clock: the owner that saved it. */
  readonly by: string;
}

/** The connection's `lease` item. */
export interface LeaseItem {
  /** One higher with each acquisition. */
  readonly epoch: number;
  /** Who acquired it last; absent when the lease is free. */
  readonly owner?: string;
  /** Milliseconds since the epoch; absent when the lease is free. */
  readonly expiresAt?: number;
  /** Whether this holder took it over from one that never released it. Of the item as `acquire` returns it. */
  readonly takenOver: boolean;
  /** How often anybody knocked, ever. */
  readonly knocks: number;
  /** What was asked for by knocks that nobody serves yet. */
  readonly knocked?: Scope;
  /** What the holder is serving of earlier knocks. */
  readonly running?: Scope;
  /** The guard's count of the last hour. */
  readonly window: readonly ChangeBucket[];
  /** Backoff of the connection itself; its `key` is the connection row's hash. */
  readonly retry?: Retry;
  /** Absent: nothing is known, it counts as full. */
  readonly budget?: BudgetState;
}

/** What a holder saves with a renewal or its release. `retry: null` clears it. */
export interface LeaseSave {
  readonly window?: readonly ChangeBucket[];
  readonly retry?: Retry | null;
  readonly budget?: BudgetState;
}

/**
 * The `lease` item, changed only by conditional updates, never put or deleted as a whole. Each call is atomic and may be
 * repeated by the client below it; the protocol stands in `lease.ts`. All methods throw `StoreError` if the store fails.
 * Times in milliseconds since the epoch.
 */
export interface LeaseItems {
  /**
   * If the lease is free, or over (`expiresAt` before `overBefore`): sets owner and expiry, and counts the epoch up.
   *
   * @returns the item as it now stands; undefined if somebody else holds it
   */
  acquire(
    connection: string,
    options: { owner: string; expiresAt: number; overBefore: number },
  ): Promise<LeaseItem | undefined>;
  /**
   * On exactly the opposite condition: counts a knock and adds what it asks for, up to 100 ids, else all.
   *
   * @returns false if the lease is free or over
   */
  knock(connection: string, options: { scope: Scope; overBefore: number }): Promise<boolean>;
  /**
   * Moves the knocks to `running`, if their number is still `knocks`.
   *
   * @returns false if there was another knock, or the epoch is no longer this
   */
  serve(
    connection: string,
    options: { epoch: number; knocks: number; running: Scope },
  ): Promise<boolean>;
  /** @returns the item as it now stands; undefined if the epoch is no longer this: the lease was taken over */
  renew(
    connection: string,
    options: { epoch: number; expiresAt: number; save: LeaseSave },
  ): Promise<LeaseItem | undefined>;
  /**
   * Frees the lease if the number of knocks is still `knocks`. Clears `running` and the knocks, unless `keep`: then the
   * next holder finds them.
   *
   * @returns the item if there was another knock; `lost` if the epoch is no longer this
   */
  release(
    connection: string,
    options: { epoch: number; knocks: number; keep: boolean; save: LeaseSave },
  ): Promise<'released' | 'lost' | LeaseItem>;
  /** The item as it is; undefined if there never was one. */
  read(connection: string): Promise<LeaseItem | undefined>;
}
