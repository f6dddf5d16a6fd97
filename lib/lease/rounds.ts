import { InterruptedError } from './interruption.ts';
import { Lease } from './lease.ts';
import type { LeaseWorld } from './lease.ts';
import { unite } from './scope.ts';
import type { Scope } from './scope.ts';

/** A request, and how the owner of a lease serves it and the requests of others: in rounds of one pass each. */
export interface Rounds {
  readonly connection: string;
  readonly scope: Scope;
  /**
   * Whether the first round serves only `scope`, because a user reviewed it. Requests of others are served in the next
   * round.
   */
  readonly alone?: boolean;
  /** One pass over `scope`. If it throws, nothing counts as served. */
  readonly round: (lease: Lease, scope: Scope, isFirst: boolean) => Promise<RoundEnd>;
}

/** `stop`: the owner has no time for another round; `rest` is what this round did not finish. */
export interface RoundEnd {
  readonly stop: boolean;
  readonly rest?: Rest;
}

/**
 * What a round did not finish: the servers for another process, and the number of continuations in a row; or `schedule`
 * if it has to wait for the next scheduled pass.
 */
export type Rest = { readonly scope: Scope; readonly hops: number } | 'schedule';

/** After this many rounds an owner hands over the remaining requests. */
const roundsAtMost = 3;

/** How often to retry if the state changed between acquire and knock. */
const triesAtMost = 10;

/**
 * Runs a pass over `scope` under the lease, or leaves the request with the process that owns the lease.
 *
 * @returns `served`, or `knocked` if the owner will serve it: either way the request is safe
 * @throws StoreError, or what `round` throws; the request was then not stored
 */
export async function acquireOrKnock(
  world: LeaseWorld,
  rounds: Rounds,
): Promise<'served' | 'knocked'> {
  const { connection, scope } = rounds;
  for (let attempt = 1; attempt <= triesAtMost; attempt += 1) {
    const lease = await Lease.acquire(connection, world);
    if (lease instanceof Lease) {
      await serveRounds(lease, rounds);
      return 'served';
    }
    const expiredBefore = world.clock.now() - world.settings.marginMs;
    const event = { kind: 'knock', scope, expiredBefore } as const;
    if ((await world.lease.change(connection, event, lease)).ok) return 'knocked';
  }
  throw new InterruptedError(
    'lease-lost',
    `the lease of ${connection} changes its owner too often`,
    {
      context: { connection },
    },
  );
}

/** Runs rounds under a lease that was just acquired, until it is released. */
export async function serveRounds(lease: Lease, rounds: Rounds): Promise<void> {
  try {
    let toDo: Scope | undefined = rounds.scope;
    for (let round = 1; toDo !== undefined; round += 1) {
      toDo = await serveRound(lease, rounds, toDo, round);
    }
  } catch (error) {
    // Requests of others stay in the item for the next owner; the caller gets the error for its own.
    await lease.release('keep').catch(() => undefined);
    throw error;
  } finally {
    lease.end();
  }
}

/** @returns the scope of the next round; undefined once the lease is released */
async function serveRound(
  lease: Lease,
  { alone = false, round }: Rounds,
  toDo: Scope,
  number: number,
): Promise<Scope | undefined> {
  const isFirst = number === 1;
  const others = isFirst && alone ? undefined : await lease.serveKnocks();
  const { stop, rest } = await round(lease, unite(toDo, others) ?? toDo, isFirst);
  if (!(isFirst && alone)) lease.served();
  if (rest !== undefined && !(await isHandedOn(lease, rest))) {
    // The next full pass does the rest; requests of others stay in the item.
    await lease.release('keep');
    return undefined;
  }
  const isLast = stop || number >= roundsAtMost;
  for (;;) {
    const { asked, knocks } = lease;
    const isSafe =
      asked === undefined ||
      (isLast && (await lease.handOver({ scope: asked, reason: 'handover' })));
    if (asked !== undefined && !isLast) return asked;
    // Not the number that a renewal read meanwhile, because those knocks were not handed over.
    if ((await lease.release(isSafe ? 'clear' : 'keep', knocks)) !== 'knocked') return undefined;
  }
}

/** @returns false if there is no queue, or if the rest has to wait for the schedule */
async function isHandedOn(lease: Lease, rest: Rest): Promise<boolean> {
  return rest !== 'schedule' && lease.handOver({ ...rest, reason: 'continuation' });
}
