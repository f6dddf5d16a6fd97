/** Times of a pass, in milliseconds. They fit each other: shorten them together, in tests only. */
export interface ReconcileSettings {
  /** How long a lease lasts without renewal. */
  readonly leaseMs: number;
  /** How often it is renewed. */
  readonly renewMs: number;
  /** How far clocks may be apart: a lease has expired only so long after its expiry. */
  readonly marginMs: number;
  /**
   * How long one attempt at the vendor may take, all its repeats included. A provider's PUT may take up to three times as
   * long: the lease is renewed before it, so three attempts and a quarter of `renewMs` must fit into a lease.
   */
  readonly attemptMs: number;
}

export const defaultSettings: ReconcileSettings = {
  leaseMs: 60_000,
  renewMs: 20_000,
  marginMs: 30_000,
  attemptMs: 15_000,
};
