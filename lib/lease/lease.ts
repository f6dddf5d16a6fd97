import { SavedState } from './saved-state.ts';
import { InterruptedError } from './interruption.ts';
import type { LeaseItem, LeaseItems, Scope } from '../reconcile/ports/lease-items.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { unite } from './scope.ts';
import type { ReconcileSettings } from './settings.types.ts';

/**
 * The lease of a connection: one pass at a time, any number of callers, no request lost.
 *
 * | state   | item                                   | who may do what |
 * |---------|----------------------------------------|-----------------|
 * | free    | no `expiresAt`                         | anybody acquires: owner, epoch + 1, expiry |
 * | held    | `expiresAt` + margin >= now            | the holder renews, serves, releases; others knock |
 * | over    | `expiresAt` + margin < now             | anybody acquires, as if it were free; the holder may still renew |
 *
 * A request is somewhere at every moment, until a pass that began after it has read:
 *
 * | the request is in     | and is lost only if                                            |
 * |-----------------------|----------------------------------------------------------------|
 * | the caller            | never: it acquires, or knocks, and starts over if neither succeeded |
 * | `knocked`             | never: a release that does not know of it fails                |
 * | `running`             | never: cleared by the release after it was served; a takeover finds it |
 * | a queue message       | never: it is sent before the release that forgets the knock    |
 *
 * Two rules keep two holders from writing: a holder starts nothing that its lease, by its own clock, does not outlive,
 * and a taker waits out the margin by which clocks may differ. Server items are compare-and-swap besides.
 */
export interface LeaseWorld {
  readonly items: LeaseItems;
  readonly clock: Clock;
  readonly settings: ReconcileSettings;
  readonly owner: string;
}

/** What `hold` is asked to do. */
export interface Holding {
  readonly connection: string;
  readonly scope: Scope;
  /** Whether the first round serves `scope` only: a person reviewed it. What others ask for comes in the next. */
  readonly alone?: boolean;
  /** One pass over `scope`; throws if it could not be made, and then nothing of it counts as served. */
  readonly round: (lease: Lease, scope: Scope, isFirst: boolean) => Promise<RoundEnd>;
  /** Tells somebody else to make a pass over `scope`. Resolves once that is safe; false if there is nobody to tell. */
  readonly handOver: (scope: Scope, why: 'continuation' | 'handover') => Promise<boolean>;
}

/** `stop`: the holder has no time for another round; `rest` is what it leaves undone of this one. */
export interface RoundEnd {
  readonly stop: boolean;
  readonly rest?: Scope;
}

/** After so many rounds a holder hands over what is still asked for. */
const roundsAtMost = 3;

/** How often acquire and knock may find the state changed in between. */
const triesAtMost = 10;

/**
 * Makes a pass over `scope` under the lease, or leaves the request with whoever holds it.
 *
 * @returns `served`, or `knocked` if the holder will serve it: either way the request is safe
 * @throws StoreError, or what `round` throws; the request then is still the caller's
 */
export async function hold(world: LeaseWorld, holding: Holding): Promise<'served' | 'knocked'> {
  const { connection, scope } = holding;
  for (let attempt = 1; attempt <= triesAtMost; attempt += 1) {
    const lease = await Lease.acquire(connection, world);
    if (lease) {
      await serveRounds(lease, holding);
      return 'served';
    }
    const overBefore = world.clock.now() - world.settings.marginMs;
    if (await world.items.knock(connection, { scope, overBefore })) return 'knocked';
  }
  throw new InterruptedError('lease-lost', `the lease of ${connection} changes hands too fast`, {
    context: { connection },
  });
}

/** Serves a lease that was just acquired, until it is released. */
export async function serveRounds(lease: Lease, holding: Holding): Promise<void> {
  try {
    let toDo: Scope | undefined = holding.scope;
    for (let round = 1; toDo !== undefined; round += 1) {
      toDo = await serveRound(lease, holding, toDo, round);
    }
  } catch (error) {
    // What others asked for stays in the item for the next holder; the caller still has its own request.
    await lease.release('keep').catch(() => undefined);
    throw error;
  } finally {
    lease.end();
  }
}

/** @returns what the next round is to serve; undefined once the lease is released */
async function serveRound(
  lease: Lease,
  { alone = false, round, handOver }: Holding,
  toDo: Scope,
  number: number,
): Promise<Scope | undefined> {
  const isFirst = number === 1;
  const others = isFirst && alone ? undefined : await lease.serveKnocks();
  const { stop, rest } = await round(lease, unite(toDo, others) ?? toDo, isFirst);
  if (!(isFirst && alone)) lease.served();
  if (rest !== undefined && !(await handOver(rest, 'continuation'))) {
    // Nobody to tell: the next full pass finds it.
    await lease.release('keep');
    return undefined;
  }
  const isLast = stop || number >= roundsAtMost;
  for (;;) {
    const { asked, knocks } = lease;
    const isTold = asked === undefined || (isLast && (await handOver(asked, 'handover')));
    if (asked !== undefined && !isLast) return asked;
    // Not the number that a renewal came to know of while somebody was told: of those knocks nobody knows.
    if ((await lease.release(isTold ? 'clear' : 'keep', knocks)) !== 'knocked') return undefined;
  }
}

/** A held lease. It renews itself until it is released. */
export class Lease {
  readonly connection: string;
  readonly #world: LeaseWorld;
  readonly #renewal = new AbortController();
  #item: LeaseItem;
  #expiresAt: number;
  #lost = false;
  /** Saved with each renewal and with the release. */
  readonly saved: SavedState;

  private constructor(connection: string, world: LeaseWorld, item: LeaseItem, expiresAt: number) {
    this.connection = connection;
    this.#world = world;
    this.#item = item;
    this.#expiresAt = expiresAt;
    this.saved = new SavedState(item, world);
    void this.#keepRenewed();
  }

  /** @returns undefined if somebody else holds it */
  static async acquire(connection: string, world: LeaseWorld): Promise<Lease | undefined> {
    const { items, clock, settings, owner } = world;
    const now = clock.now();
    const expiresAt = now + settings.leaseMs;
    const overBefore = now - settings.marginMs;
    const item = await items.acquire(connection, { owner, expiresAt, overBefore });
    return item && new Lease(connection, world, item, expiresAt);
  }

  get epoch(): number {
    return this.#item.epoch;
  }

  /** What others ask for that no round of this holder has served, as far as known. */
  get asked(): Scope | undefined {
    return unite(this.#item.running, this.#item.knocked);
  }

  /** How often anybody had knocked when `asked` was last known. */
  get knocks(): number {
    return this.#item.knocks;
  }

  /** What was taken over of others is done: the next release, or the next serving, forgets it. */
  served(): void {
    const { running: _done, ...rest } = this.#item;
    this.#item = rest;
  }

  /** @throws InterruptedError unless the lease outlives the next `ms` milliseconds */
  assertOwned(ms: number): void {
    if (!this.#lost && this.#world.clock.now() + ms <= this.#expiresAt) return;
    throw new InterruptedError('lease-lost', `the lease of ${this.connection} is over`, {
      context: { connection: this.connection, epoch: this.epoch },
    });
  }

  /** Takes over what knocks ask for, and what an earlier holder was serving when it ended. */
  async serveKnocks(): Promise<Scope | undefined> {
    const { items } = this.#world;
    for (;;) {
      const { epoch, knocks, knocked } = this.#item;
      const running = this.asked;
      if (running === undefined || knocked === undefined) return running;
      if (await items.serve(this.connection, { epoch, knocks, running })) {
        const { knocked: _moved, ...rest } = this.#item;
        // A renewal that was answered before may have told of a knock since: that one was not moved.
        this.#item =
          this.#item.knocks === knocks ? { ...rest, running } : { ...this.#item, running };
        return running;
      }
      // It may have been moved all the same, the answer lost, and another knock in between: it is this holder's either way.
      this.#item = { ...this.#item, running };
      await this.#look();
    }
  }

  /**
   * Frees the lease. `clear`: what others asked for is served, or somebody was told; `keep`: the next holder finds it.
   *
   * @param knocks - how many knocks that covers
   * @returns `knocked` if somebody knocked meanwhile and that would be forgotten: then it is still held
   */
  async release(
    how: 'clear' | 'keep',
    knocks = this.#item.knocks,
  ): Promise<'released' | 'lost' | 'knocked'> {
    const { items } = this.#world;
    for (;;) {
      const { epoch } = this.#item;
      const options = {
        epoch,
        knocks,
        keep: how === 'keep',
        save: this.saved.save(),
      };
      const result = await items.release(this.connection, options);
      if (typeof result === 'string') {
        this.#lost = true;
        this.end();
        return result;
      }
      this.#know(result);
      if (how === 'clear') return 'knocked';
    }
  }

  /** Ends the renewals. */
  end(): void {
    this.#renewal.abort();
  }

  async #look(): Promise<void> {
    const item = await this.#world.items.read(this.connection);
    if (item?.epoch === this.epoch && item.expiresAt !== undefined) this.#know(item);
    else this.#lost = true;
    this.assertOwned(0);
  }

  /** Takes in what the item says now of others; what this holder is serving it knows better itself. */
  #know({ knocks, knocked }: LeaseItem): void {
    const { knocked: _before, ...rest } = this.#item;
    this.#item = { ...rest, knocks, ...(knocked && { knocked }) };
  }

  async #keepRenewed(): Promise<void> {
    const { clock, settings } = this.#world;
    const { signal } = this.#renewal;
    while (!signal.aborted && !this.#lost) {
      await clock.sleep(settings.renewMs, signal);
      if (!signal.aborted) await this.#renew().catch(() => undefined);
    }
  }

  /** A renewal that fails is tried again at the next; meanwhile the lease runs on towards its end. */
  async #renew(): Promise<void> {
    const { items, clock, settings } = this.#world;
    const expiresAt = clock.now() + settings.leaseMs;
    const options = {
      epoch: this.epoch,
      expiresAt,
      save: this.saved.save(),
    };
    const item = await items.renew(this.connection, options);
    if (!item) {
      this.#lost = true;
      return;
    }
    this.#expiresAt = expiresAt;
    this.#know(item);
  }
}
