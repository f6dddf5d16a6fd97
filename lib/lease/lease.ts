import { handOver, type Handover } from './hand-over.ts';
import { InterruptedError } from './interruption.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { WorkQueue } from '../work/queue.ts';
import type { ReconcileSettings } from './settings.types.ts';
import type { LeaseItem } from './lease-item.ts';
import type { LeaseStore } from './lease-store.ts';
import type { LeaseDecision, LeaseEvent } from './protocol.ts';
import { SavedState } from './saved-state.ts';
import { unite } from './scope.ts';
import type { Scope } from './scope.ts';

/** The owner of leases, and what it needs. */
export interface LeaseWorld {
  readonly lease: LeaseStore;
  /** For work that the owner leaves to other processes. */
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly settings: ReconcileSettings;
  /** A readable, unique name of this process. */
  readonly owner: string;
  /** The name of its clock. Defaults to the owner. */
  readonly clockName?: string;
  /** A new UUID. */
  readonly uuid: () => string;
}

/** A lease that this process owns. It renews itself until it is released. */
export class Lease {
  readonly connection: string;
  readonly #world: LeaseWorld;
  readonly #renewal = new AbortController();
  /** The item as it was last known while this process owned the lease. */
  #item: LeaseItem;
  /** The scope of other callers that this owner has started but not finished to serve. */
  #toServe: Scope | undefined;
  #expiresAt: number;
  #lost = false;
  /** Resolves once all requested renewals have ended. */
  #renewals: Promise<void> = Promise.resolve();
  /** Saved with each renewal and with the release. */
  readonly saved: SavedState;

  private constructor(connection: string, world: LeaseWorld, item: LeaseItem, expiresAt: number) {
    const { clock, owner, clockName = owner } = world;
    this.connection = connection;
    this.#world = world;
    this.#item = item;
    this.#toServe = item.running;
    this.#expiresAt = expiresAt;
    this.saved = new SavedState(item, clock, clockName);
    void this.#keepRenewed();
  }

  /** @returns the lease; or, if another process owns it, the item */
  static async acquire(connection: string, world: LeaseWorld): Promise<Lease | LeaseItem> {
    const { lease, clock, settings, owner, uuid } = world;
    const now = clock.now();
    const expiresAt = now + settings.leaseMs;
    const expiredBefore = now - settings.marginMs;
    const event = {
      kind: 'acquire',
      id: uuid(),
      owner,
      at: now,
      expiresAt,
      expiredBefore,
    } as const;
    const { ok, item } = await lease.change(connection, event);
    return ok ? new Lease(connection, world, item, expiresAt) : item;
  }

  get epoch(): number {
    return this.#item.epoch;
  }

  /** When an earlier owner was last found to have died, in milliseconds since the epoch. */
  get endedAt(): number | undefined {
    return this.#item.endedAt;
  }

  /** The scope of knocks that no round of this owner has served, if known. */
  get asked(): Scope | undefined {
    return unite(this.#toServe, this.#item.knocked);
  }

  /** Number of knocks when `asked` was last known. */
  get knocks(): number {
    return this.#item.knocks;
  }

  /** Marks the current scope of others as served; the next release or `serveKnocks` removes it. */
  served(): void {
    this.#toServe = undefined;
  }

  /**
   * Renews the lease if it expires within the next `ms` milliseconds. Call `assertOwned` to check that it is owned
   * afterwards.
   */
  async outlive(ms: number): Promise<void> {
    if (this.#lost || this.#endsAfter(ms)) return;
    await this.#inTurn(async () => {
      if (!this.#lost && !this.#endsAfter(ms)) await this.#renew();
    }).catch(() => undefined);
  }

  #endsAfter(ms: number): boolean {
    return this.#world.clock.now() + ms <= this.#expiresAt;
  }

  /** @throws InterruptedError unless the lease is valid for the next `ms` milliseconds */
  assertOwned(ms: number): void {
    if (!this.#lost && this.#endsAfter(ms)) return;
    throw new InterruptedError('lease-lost', `the lease of ${this.connection} has ended`, {
      context: { connection: this.connection, epoch: this.epoch },
    });
  }

  /**
   * Renews the lease, and writes the state that is saved with it.
   *
   * @throws StoreError; InterruptedError if another process owns the lease
   */
  renew(): Promise<void> {
    return this.#inTurn(() => this.#renew());
  }

  /**
   * Never two renewals at the same time: the store could keep the earlier expiry while this owner relies on the later
   * one.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#renewals.then(work);
    this.#renewals = turn.catch(() => undefined);
    return turn;
  }

  async #renew(): Promise<void> {
    const { clock, settings } = this.#world;
    const expiresAt = clock.now() + settings.leaseMs;
    const save = this.saved.save(expiresAt);
    const { ok } = await this.#change({ kind: 'renew', epoch: this.epoch, expiresAt, save });
    if (ok) this.#expiresAt = expiresAt;
    this.assertOwned(0);
  }

  /** Starts to serve knocks, and what an earlier owner was serving when it ended. */
  async serveKnocks(): Promise<Scope | undefined> {
    for (;;) {
      const { epoch, knocks, knocked } = this.#item;
      const running = this.asked;
      if (running === undefined || knocked === undefined) return running;
      // Also if it was refused: it may have been applied before, with the answer lost and another knock since.
      this.#toServe = running;
      const { ok } = await this.#change({ kind: 'serve', epoch, knocks, running });
      if (ok) return running;
      this.assertOwned(0);
    }
  }

  /**
   * Releases the lease. `clear`: what others asked for is served or handed over; `keep`: it stays for the next owner.
   *
   * @param knocks - the number of knocks that are covered
   * @returns `knocked` if there were more knocks, which would be lost: the lease is then still owned
   */
  async release(
    how: 'clear' | 'keep',
    knocks = this.#item.knocks,
  ): Promise<'released' | 'lost' | 'knocked'> {
    const { epoch } = this.#item;
    const save = this.saved.save(this.#expiresAt);
    const keep = how === 'keep';
    const decision = await this.#change({ kind: 'release', epoch, knocks, keep, save });
    if (!decision.ok && decision.why === 'knocked') return 'knocked';
    this.#lost = true;
    this.end();
    return decision.ok ? 'released' : 'lost';
  }

  /**
   * Requests a pass from another process. If this resolves with true, the request is stored safely.
   *
   * @returns false if there is no queue
   * @throws StoreError
   */
  handOver(work: Handover): Promise<boolean> {
    return handOver(this.#world, this.connection, work);
  }

  /** Stops renewing. */
  end(): void {
    this.#renewal.abort();
  }

  /** Compares revisions, so that a late answer does not replace a newer one. */
  async #change(event: LeaseEvent): Promise<LeaseDecision> {
    const decision = await this.#world.lease.change(this.connection, event, this.#item);
    const { ok, item } = decision;
    if (!ok && decision.why === 'lost') this.#lost = true;
    else if (item.rev > this.#item.rev) this.#item = item;
    return decision;
  }

  async #keepRenewed(): Promise<void> {
    const { clock, settings } = this.#world;
    const { signal } = this.#renewal;
    while (!signal.aborted && !this.#lost) {
      await clock.sleep(settings.renewMs, signal);
      // A failed renewal is repeated at the next interval; the lease stays valid until its expiry.
      if (!signal.aborted) await this.renew().catch(() => undefined);
    }
  }
}
