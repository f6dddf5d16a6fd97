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

/** What an owner of leases is, and what it needs. */
export interface LeaseWorld {
  readonly lease: LeaseStore;
  /** Where an owner sends what it leaves to other processes. */
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly settings: ReconcileSettings;
  /** Names this process: for people, and unique. */
  readonly owner: string;
  /** Names its clock. Defaults to the owner. */
  readonly clockName?: string;
  /** A new UUID. */
  readonly uuid: () => string;
}

/** A lease that this process owns. It renews itself until it is released. */
export class Lease {
  readonly connection: string;
  readonly #world: LeaseWorld;
  readonly #renewal = new AbortController();
  /** As it was last seen while this process owned it. */
  #item: LeaseItem;
  /** What this owner has taken on of others and not served yet. */
  #toServe: Scope | undefined;
  #expiresAt: number;
  #lost = false;
  /** Ends once all renewals that were asked for have. */
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

  /** When an earlier owner was last found to have ended in the middle; milliseconds since the epoch. */
  get endedAt(): number | undefined {
    return this.#item.endedAt;
  }

  /** What others ask for that no round of this owner has served, where it is known. */
  get asked(): Scope | undefined {
    return unite(this.#toServe, this.#item.knocked);
  }

  /** How many knocks there were when `asked` was last known. */
  get knocks(): number {
    return this.#item.knocks;
  }

  /** What was taken on of others is done: the next release, or the next serving, forgets it. */
  served(): void {
    this.#toServe = undefined;
  }

  /** Renews the lease if it ends within the next `ms` milliseconds. Whether it is owned then is for `assertOwned` to say. */
  async outlive(ms: number): Promise<void> {
    if (this.#lost || this.#endsAfter(ms)) return;
    await this.#inTurn(async () => {
      if (!this.#lost && !this.#endsAfter(ms)) await this.#renew();
    }).catch(() => undefined);
  }

  #endsAfter(ms: number): boolean {
    return this.#world.clock.now() + ms <= this.#expiresAt;
  }

  /** @throws InterruptedError unless the lease outlives the next `ms` milliseconds */
  assertOwned(ms: number): void {
    if (!this.#lost && this.#endsAfter(ms)) return;
    throw new InterruptedError('lease-lost', `the lease of ${this.connection} has ended`, {
      context: { connection: this.connection, epoch: this.epoch },
    });
  }

  /**
   * Renews the lease from now on, and writes what is saved with it.
   *
   * @throws StoreError; InterruptedError if another process owns the lease
   */
  renew(): Promise<void> {
    return this.#inTurn(() => this.#renew());
  }

  /** Never two renewals at a time: the store could keep the earlier expiry, and this owner count on the later one. */
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

  /** Takes on what knocks ask for, and what an earlier owner was serving when it ended. */
  async serveKnocks(): Promise<Scope | undefined> {
    for (;;) {
      const { epoch, knocks, knocked } = this.#item;
      const running = this.asked;
      if (running === undefined || knocked === undefined) return running;
      // Refused or not: it may have happened, the answer lost, and another knock in between.
      this.#toServe = running;
      const { ok } = await this.#change({ kind: 'serve', epoch, knocks, running });
      if (ok) return running;
      this.assertOwned(0);
    }
  }

  /**
   * Frees the lease. `clear`: what others asked for is served, or handed over; `keep`: the next owner finds it.
   *
   * @param knocks - how many knocks that covers
   * @returns `knocked` if there were more, which would be forgotten: then it is still owned
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
   * Asks another process for a pass. Once this resolves with true, the request is safe.
   *
   * @returns false if there is no queue
   * @throws StoreError
   */
  handOver(work: Handover): Promise<boolean> {
    return handOver(this.#world, this.connection, work);
  }

  /** Ends the renewals. */
  end(): void {
    this.#renewal.abort();
  }

  /** Revisions order what is known: an answer that comes late changes nothing. */
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
      // One that fails is tried again at the next; meanwhile the lease runs on towards its end.
      if (!signal.aborted) await this.renew().catch(() => undefined);
    }
  }
}
