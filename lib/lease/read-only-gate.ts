import type { Budget } from '../core/desired.types.ts';
import { handMs, intervalMs, leaveWithinMs, refilled, refillsFrom } from './budget.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { Gate } from './pass-gate.ts';
import type { BudgetState, LeaseItem } from '../reconcile/ports/lease-items.ts';
import { VendorError } from '../reconcile/ports/vendor-error.ts';

/** A gate whose user says when it is done. */
export interface ReadGate extends Gate {
  /** Gives back what was taken and not used, as far as nobody has taken since. */
  giveBack(): Promise<void>;
}

/** Requests that a reader asks a holder for at a time: each grant may take as long as a renewal. */
const lump = 5;

/** A holder that never released its lease saved nothing of what it spent last; who took of the budget after it did. */
function savedBudget(item: LeaseItem | undefined): BudgetState | undefined {
  if (item?.expiresAt === undefined) return item?.budget;
  const { expiresAt, budget, owner = '' } = item;
  return budget && budget.at > expiresAt ? budget : { tokens: 0, at: expiresAt, by: owner };
}

/**
 * The gate of a command that only reads and has no lease: out of the same budget. While somebody holds the lease, the
 * holder grants what was asked for at its next renewal; while it is free, the saved budget is taken by condition, at once
 * for all requests that wait.
 */
export function readGate(
  connection: string,
  budget: Budget,
  { lease, clock, settings, owner, clockName = owner }: Dependencies,
): ReadGate {
  const interval = intervalMs(budget);
  let waiting = 0;
  let atOnce = Number.POSITIVE_INFINITY;
  let inHand = 0;
  let goodUntil = Number.POSITIVE_INFINITY;
  let taken: BudgetState | undefined;
  let line: Promise<void> = Promise.resolve();

  /** @returns how many were taken of the saved budget; 0 to look again */
  async function takeSaved(item: LeaseItem | undefined, signal: AbortSignal): Promise<number> {
    const now = clock.now();
    const saved = savedBudget(item);
    const tokens = refilled(saved, now, interval, clockName, settings.marginMs);
    if (tokens < 1) {
      await clock.sleep(Math.ceil((1 - tokens) * interval), signal);
      return 0;
    }
    // No more than leave now: what lies in hand while the bucket fills again would come on top of a full minute.
    const count = Math.min(waiting, atOnce, Math.floor(tokens));
    const next = { tokens: tokens - count, at: refillsFrom(saved, now), by: clockName };
    const overBefore = now - settings.marginMs;
    const seen = item?.budget;
    if (!(await lease.takeBudget(connection, { seen, next, overBefore }))) return 0;
    taken = next;
    goodUntil = now + leaveWithinMs;
    if (clock.now() <= goodUntil) return count;
    // A table this slow would waste all but one each time.
    atOnce = 1;
    return 1;
  }

  /** @returns when it was not yet granted, so that it was granted after that; undefined if it will not be */
  async function grantedAfter(
    ticket: number,
    askedAt: number,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    for (let before = askedAt; !signal.aborted;) {
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(settings.renewMs / 4, signal);
      const now = clock.now();
      // oxlint-disable-next-line no-await-in-loop
      const item = await lease.read(connection);
      if (item && item.readsGranted >= ticket) return before;
      if (isFree(item)) return undefined;
      before = now;
    }
    return undefined;
  }

  const isFree = (item: LeaseItem | undefined) =>
    item?.expiresAt === undefined || item.expiresAt < clock.now() - settings.marginMs;

  async function take(signal: AbortSignal): Promise<void> {
    if (clock.now() > goodUntil) inHand = 0;
    while (inHand < 1 && !signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      const item = await lease.read(connection);
      if (isFree(item)) {
        // oxlint-disable-next-line no-await-in-loop
        inHand = await takeSaved(item, signal);
        continue;
      }
      const askedAt = clock.now();
      const overBefore = askedAt - settings.marginMs;
      // oxlint-disable-next-line no-await-in-loop
      const ticket = await lease.askReads(connection, { count: lump, overBefore });
      if (ticket === undefined) continue;
      // oxlint-disable-next-line no-await-in-loop
      const after = await grantedAfter(ticket, askedAt, signal);
      if (after === undefined) continue;
      taken = undefined;
      goodUntil = after + handMs;
      inHand = clock.now() <= goodUntil ? lump : 0;
    }
    if (!signal.aborted) inHand -= 1;
  }

  return {
    giveBack: async () => {
      await line;
      if (inHand < 1 || !taken) return;
      const next = { ...taken, tokens: taken.tokens + inHand };
      const overBefore = clock.now() - settings.marginMs;
      inHand = 0;
      // What stays taken fills again; why the reading ended is not to be hidden by this.
      await lease.takeBudget(connection, { seen: taken, next, overBefore }).catch(() => undefined);
    },
    admit: (signal) => {
      waiting += 1;
      const turn = line.then(() => take(signal)).finally(() => (waiting -= 1));
      line = turn.catch(() => undefined);
      return turn;
    },
    assertMay: () => {
      throw new VendorError(
        'token',
        'token',
        'the access token is over, and only a pass under the lease may exchange the refresh token; the next pass will',
        { context: { needsLease: true } },
      );
    },
  };
}
