/** Times of a pass, in milliseconds. They depend on each other: change them together, and only in tests. */
export interface ReconcileSettings {
  /** How long a lease lasts without renewal. */
  readonly leaseMs: number;
  /** How often it is renewed. */
  readonly renewMs: number;
  /** How far clocks may differ: a lease counts as expired only this long after its expiry. */
  readonly marginMs: number;
  /**
   * Maximum time of one attempt at the vendor, including its retries. A provider's PUT may take up to three times as
   * long. The lease is renewed before it, so three attempts and a quarter of `renewMs` must fit into a lease.
   */
  readonly attemptMs: number;
}

export const defaultSettings: ReconcileSettings = {
  leaseMs: 60_000,
  renewMs: 20_000,
  marginMs: 30_000,
  attemptMs: 15_000,
};
