import { InterruptedError } from './interruption.ts';
import { Lease } from './lease.ts';
import type { LeaseWorld } from './lease.ts';
import { unite } from './scope.ts';
import type { Scope } from './scope.ts';

/** A request, and how the owner of a lease serves it and those of others: in rounds, one pass each. */
export interface Rounds {
  readonly connection: string;
  readonly scope: Scope;
  /** Whether the first round serves `scope` only: a person reviewed it. What others ask for comes in the next. */
  readonly alone?: boolean;
  /** One pass over `scope`; throws if it could not be made, and then nothing of it counts as served. */
  readonly round: (lease: Lease, scope: Scope, isFirst: boolean) => Promise<RoundEnd>;
}

/** `stop`: the owner has no time for another round; `rest` is what it leaves undone of this one. */
export interface RoundEnd {
  readonly stop: boolean;
  readonly rest?: Rest;
}

/**
 * What a round leaves undone: the servers for another process to go on with, and how many continuations in a row that
 * makes; or `schedule` if it has to wait for the next scheduled pass.
 */
export type Rest = { readonly scope: Scope; readonly hops: number } | 'schedule';

/** After so many rounds an owner hands over what is still asked for. */
const roundsAtMost = 3;

/** How often acquire and knock may find the state changed in between. */
const triesAtMost = 10;

/**
 * Makes a pass over `scope` under the lease, or leaves the request with the process that owns it.
 *
 * @returns `served`, or `knocked` if the owner will serve it: either way the request is safe
 * @throws StoreError, or what `round` throws; the request then is still the caller's
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

/** Serves a lease that was just acquired, until it is released. */
export async function serveRounds(lease: Lease, rounds: Rounds): Promise<void> {
  try {
    let toDo: Scope | undefined = rounds.scope;
    for (let round = 1; toDo !== undefined; round += 1) {
      toDo = await serveRound(lease, rounds, toDo, round);
    }
  } catch (error) {
    // What others asked for stays in the item for the next owner; the caller still has its own request.
    await lease.release('keep').catch(() => undefined);
    throw error;
  } finally {
    lease.end();
  }
}

/** @returns what the next round is to serve; undefined once the lease is released */
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
    // The next full pass finds it, and its owner what others asked for.
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
    // Not the number that a renewal came to know meanwhile: those knocks were not handed over.
    if ((await lease.release(isSafe ? 'clear' : 'keep', knocks)) !== 'knocked') return undefined;
  }
}

/** @returns false if there is no queue, or if it is to wait for the schedule */
async function isHandedOn(lease: Lease, rest: Rest): Promise<boolean> {
  return rest !== 'schedule' && lease.handOver({ ...rest, reason: 'continuation' });
}
