import type { LeaseItem, LeaseSave } from './lease-item.ts';
import { unite } from './scope.ts';
import type { Scope } from './scope.ts';

/**
 * The lease of a connection: one pass at a time, any number of callers, and no request is lost. This function is the
 * whole protocol: it returns the item after an event, or why the event is refused. Stores write the result only if the
 * item has not changed since it was read.
 *
 * | state   | item                                     | acquire | knock   | serve, renew, release with its epoch |
 * |---------|------------------------------------------|---------|---------|--------------------------------------|
 * | free    | no `expiresAt`                           | yes     | refused | refused: lost; released is released  |
 * | owned   | `expiresAt` >= now - margin              | refused | yes     | yes                                  |
 * | expired | `expiresAt` < now - margin, not released | yes     | refused | yes, until another acquires it       |
 *
 * An owner whose process has certainly ended (only processes on its machine can know) counts as expired for an
 * `acquire` that names its acquisition. If two processes detect it, one acquires the lease, and the other finds it
 * owned.
 *
 * `acquire` and `knock` have exactly opposite conditions, so that a caller at one point in time is never refused both.
 *
 * At any time a request is stored in one place, until a pass that started after it has read:
 *
 * | the request is in | and is lost only if                                                                     |
 * |-------------------|-----------------------------------------------------------------------------------------|
 * | the caller        | never: it acquires or knocks, and starts over if neither succeeded |
 * | `knocked`         | never: serving moves it, and a release that does not know of it is refused              |
 * | `running`         | never: cleared by the release after it was served; the next owner finds it              |
 * | a queue message   | never: it is sent before the release that forgets the knock                             |
 *
 * If an answer is lost, the event is repeated, so an event that was already applied is not refused. An acquisition is
 * recognized by its id, a release by its epoch. A knock is counted twice, which only costs a pass. A `serve` that finds
 * another knock is refused, and its owner still knows what it was serving.
 *
 * Two rules prevent two owners from writing: an owner starts nothing that could end after its lease, by its own clock,
 * and a new owner waits until the margin for clock differences has passed as well. In addition, server items are
 * written by compare-and-swap.
 */
export function decide(item: LeaseItem, event: LeaseEvent): LeaseDecision {
  switch (event.kind) {
    case 'acquire':
      return acquire(item, event);
    case 'knock':
      return knock(item, event);
    case 'serve':
      return serve(item, event);
    case 'renew':
      return renew(item, event);
    case 'release':
      return release(item, event);
  }
}

/** What may happen to a lease. Times in milliseconds since the epoch; a lease with an expiry before `expiredBefore` has expired. */
export type LeaseEvent =
  /**
   * A caller wants to own the lease. `id` is unique to this attempt; `ended` is the acquisition of an owner that has
   * ended.
   */
  | {
      readonly kind: 'acquire';
      readonly id: string;
      readonly owner: string;
      readonly process?: string | undefined;
      readonly ended?: string;
      readonly at: number;
      readonly expiresAt: number;
      readonly expiredBefore: number;
    }
  /** A caller leaves its request with the owner. */
  | { readonly kind: 'knock'; readonly scope: Scope; readonly expiredBefore: number }
  /** The owner starts to serve knocks, if their number is still `knocks`: `running` is what it has to serve then. */
  | {
      readonly kind: 'serve';
      readonly epoch: number;
      readonly knocks: number;
      readonly running: Scope;
    }
  /** The owner renews the lease. */
  | {
      readonly kind: 'renew';
      readonly epoch: number;
      readonly expiresAt: number;
      readonly save: LeaseSave;
    }
  /**
   * The owner releases the lease. Knocks are removed if their number is still `knocks`; with `keep`, they stay for the
   * next owner, whatever their number.
   */
  | {
      readonly kind: 'release';
      readonly epoch: number;
      readonly knocks: number;
      readonly keep: boolean;
      readonly save: LeaseSave;
    };

/**
 * The item afterwards (the same object if nothing changed), or why the event was refused and the item as it was found.
 * `owned`: another process owns it. `free`: there is no owner to knock at. `knocked`: there were more knocks. `lost`:
 * another process has acquired it.
 */
export type LeaseDecision =
  | { readonly ok: true; readonly item: LeaseItem }
  | {
      readonly ok: false;
      readonly why: 'owned' | 'free' | 'knocked' | 'lost';
      readonly item: LeaseItem;
    };

type EventOf<K extends LeaseEvent['kind']> = Extract<LeaseEvent, { kind: K }>;
type Refusal = Extract<LeaseDecision, { ok: false }>['why'];

/** A lease that was never acquired. */
export const neverOwned: LeaseItem = { rev: 0, epoch: 0, takenOver: false, knocks: 0, window: [] };

const done = (item: LeaseItem): LeaseDecision => ({ ok: true, item });
const refused = (why: Refusal, item: LeaseItem): LeaseDecision => ({ ok: false, why, item });

const isOwned = ({ expiresAt }: LeaseItem, expiredBefore: number) =>
  expiresAt !== undefined && expiresAt >= expiredBefore;
const isOf = ({ epoch, expiresAt }: LeaseItem, event: { readonly epoch: number }) =>
  epoch === event.epoch && expiresAt !== undefined;

function acquire(item: LeaseItem, event: EventOf<'acquire'>): LeaseDecision {
  const { id, owner, process, ended, at, expiresAt, expiredBefore } = event;
  if (item.acquisition === id) return done(item);
  const isEnded = ended !== undefined && item.acquisition === ended;
  if (isOwned(item, expiredBefore) && !isEnded) return refused('owned', item);
  const takenOver = item.expiresAt !== undefined;
  return done({
    ...item,
    epoch: item.epoch + 1,
    owner,
    acquiredAt: at,
    process,
    acquisition: id,
    expiresAt,
    takenOver,
    // The owner may have counted changes until it ended.
    takenOverAt: isEnded ? at : takenOver ? expiredBefore : item.takenOverAt,
    endedAt: isEnded ? at : item.endedAt,
  });
}

function knock(item: LeaseItem, { scope, expiredBefore }: EventOf<'knock'>): LeaseDecision {
  if (!isOwned(item, expiredBefore)) return refused('free', item);
  const asks = scope === 'all' || scope.size > 0;
  const knocked = asks ? unite(item.knocked, scope) : item.knocked;
  return done({ ...item, knocks: item.knocks + 1, knocked });
}

function serve(item: LeaseItem, event: EventOf<'serve'>): LeaseDecision {
  if (!isOf(item, event)) return refused('lost', item);
  if (item.knocks !== event.knocks) return refused('knocked', item);
  return done({ ...item, knocked: undefined, running: event.running });
}

function renew(item: LeaseItem, event: EventOf<'renew'>): LeaseDecision {
  if (!isOf(item, event)) return refused('lost', item);
  return done({ ...item, ...event.save, expiresAt: event.expiresAt });
}

function release(item: LeaseItem, event: EventOf<'release'>): LeaseDecision {
  const { epoch, knocks, keep, save } = event;
  if (item.epoch !== epoch) return refused('lost', item);
  if (item.expiresAt === undefined) return done(item);
  if (!keep && item.knocks !== knocks) return refused('knocked', item);
  const free = {
    owner: undefined,
    acquiredAt: undefined,
    process: undefined,
    acquisition: undefined,
    expiresAt: undefined,
  };
  const forgotten = keep ? {} : { knocked: undefined, running: undefined };
  return done({ ...item, ...save, ...free, ...forgotten, takenOver: false });
}
