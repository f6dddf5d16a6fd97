import type { Retry, Time } from '../../core/ledger.types.ts';

/** One of twelve buckets of five minutes: how many servers the guard counted as changed from `start` on. */
export interface ChangeBucket {
  /** ISO 8601, a multiple of five minutes. */
  readonly start: Time;
  readonly changed: number;
}

/** The connection's `lease` item, as its acquisition returns it. */
export interface LeaseItem {
  /** One higher with each acquisition. */
  readonly epoch: number;
  readonly owner?: string;
  /** Milliseconds since the epoch; absent when the lease is free. */
  readonly expiresAt?: number;
  /** The guard's count of the last hour. */
  readonly window: readonly ChangeBucket[];
  /** Backoff of the connection itself; its `key` is the connection row's hash. */
  readonly retry?: Retry;
}

/** What a holder saves with a renewal or its release. `retry: null` clears it. */
export interface LeaseSave {
  readonly window?: readonly ChangeBucket[];
  readonly retry?: Retry | null;
}

/**
 * The `lease` item, changed only by conditional updates of single attributes, never put or deleted as a whole.
 * All methods throw `StoreError` if the store fails. Times in milliseconds since the epoch.
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
  /** @returns false if the epoch is no longer this: the lease was taken over */
  renew(
    connection: string,
    options: { epoch: number; expiresAt: number; save: LeaseSave },
  ): Promise<boolean>;
  /** @returns false if the epoch is no longer this */
  release(connection: string, options: { epoch: number; save: LeaseSave }): Promise<boolean>;
  /** Who holds it, for people. */
  read(connection: string): Promise<LeaseItem | undefined>;
}
