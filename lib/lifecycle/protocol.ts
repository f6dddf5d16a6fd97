import type { Reason } from '../model/ledger.types.ts';
import type { Binding, LabelState, Removal, Reservation } from '../model/lifecycle.types.ts';

/**
 * Creating and deleting the server of a label: there are never two servers, whichever process dies at any point. This
 * function is the whole protocol: it returns how an event changes the label's two items, or why the event is refused.
 * The writes are made in the order in which they are returned, each with the condition that the item has not changed
 * since it was read. A write that fails ends the attempt.
 *
 * | state    | reservation            | binding  | what may follow |
 * |----------|------------------------|----------|-----------------|
 * | none     | -                      | -        | `reserve`; the end of a request that others settled: unsure |
 * | reserved | `reserved`             | -        | its own attempt: `answered`, `rejected`, `unknown`; other processes, later: as unsure |
 * | unsure   | `unsure`               | -        | `listed`: bound, free again, or for a person |
 * | person   | `person`               | -        | `listed` without it, twice: free again |
 * | created  | `created`, with the id | -        | `listed`, any list: bound |
 * | bound    | - or any               | there    | `remove`; `connected`: bound; `vanished`: none |
 * | removing | -                      | removal  | `gone`: none; `kept`: bound; other processes, later: `read` |
 *
 * - One reservation is one request to create. It is written before the request is sent, so that a process that dies
 *   leaves a record of what it may have sent.
 * - A request that may have been sent is not sent again. Two complete lists that were started after the settling time
 *   show its result: by then no earlier request is still in progress, and no list is too old to show its effect.
 * - The id is written before the binding, and the binding before the reservation is removed, so that a known id is
 *   never lost.
 * - A deletion is recorded before it is sent. While it may still be in progress, the server does not count as existing.
 */
export function decide(state: LabelState, event: LifecycleEvent): LifecycleDecision {
  switch (event.kind) {
    case 'reserve':
      return state.reservation || state.binding
        ? refused('taken')
        : done([reserved({ ...event.reservation, state: 'reserved', looks: 0 })]);
    case 'answered':
      return answered(state, event);
    case 'rejected':
      return state.reservation?.nonce === event.nonce ? done([without]) : refused('lost');
    case 'unknown':
      return unknown(state, event);
    case 'listed':
      return listed(state, event);
    case 'remove':
      return remove(state, event);
    case 'gone':
      return ofRemoval(state, event.epoch, () => free(state));
    case 'kept':
      return ofRemoval(state, event.epoch, ({ removal: _ended, ...binding }) => [bound(binding)]);
    case 'vanished':
      return state.binding ? done(free(state)) : refused('none');
    case 'connected':
      return connected(state);
    case 'read':
      return read(state, event);
  }
}

/** What may happen to a label. Times in milliseconds since the epoch. */
export type LifecycleEvent =
  /** A complete list of this pass has no server with this name, so it is created. */
  | { readonly kind: 'reserve'; readonly reservation: Attempt }
  /** The attempt's own request was answered with a new server. */
  | {
      readonly kind: 'answered';
      readonly attempt: Attempt;
      readonly id: string;
      readonly consentUrl?: string;
      readonly binding: NewBinding;
    }
  /** The attempt's own request was certainly not processed. */
  | { readonly kind: 'rejected'; readonly nonce: string }
  /** The attempt's own request may have been processed. */
  | {
      readonly kind: 'unknown';
      readonly attempt: Attempt;
      /** `person`: it was answered with a server that may belong to others. */
      readonly state: 'unsure' | 'person';
      readonly at: string;
      readonly reason: Reason;
    }
  /** A complete list, started at this time, and what it has with the label's name. */
  | {
      readonly kind: 'listed';
      readonly begunAt: number;
      readonly settlingMs: number;
      readonly found: FoundByName;
      readonly binding: NewBinding;
    }
  /** The server is deleted, as this approval allows. */
  | ({ readonly kind: 'remove' } & Removal & Pick<Binding, 'account' | 'stack'>)
  /** The attempt's own deletion was answered, and the gateway no longer has the server. */
  | { readonly kind: 'gone'; readonly epoch: number }
  /** The attempt's own deletion was certainly not processed. */
  | { readonly kind: 'kept'; readonly epoch: number }
  /** The gateway does not have the server of a label that is declared absent, and nothing was sent. */
  | { readonly kind: 'vanished' }
  /** The gateway shows the server as connected: no user has to consent any more. */
  | { readonly kind: 'connected' }
  /** A read of the server, started at this time, after a deletion whose result is not known. */
  | {
      readonly kind: 'read';
      readonly begunAt: number;
      readonly settlingMs: number;
      readonly isThere: boolean;
    };

/** A reservation as it was made. */
export type Attempt = Omit<Reservation, 'state' | 'looks'>;

/** The parts of a new binding that neither the answer nor the reservation has. */
export type NewBinding = Omit<Binding, 'id' | 'consentUrl' | 'removal' | 'createOnly'>;

/** `same`: one server, which is as it was sent. `other`: it may belong to others. */
export type FoundByName =
  | { readonly kind: 'none' }
  | { readonly kind: 'same'; readonly id: string }
  | { readonly kind: 'other'; readonly reason: Reason };

/** An item to write, or to remove if there is no `value`. */
export type LifecycleWrite =
  | { readonly item: 'reservation'; readonly value?: Reservation }
  | { readonly item: 'binding'; readonly value?: Binding };

/**
 * What to write, in this order. `taken`: the label has a reservation or a server. `lost`: another pass resolved this
 * attempt. `early`: the result is not known yet. `none`: there is nothing that the event could change. `other`: another
 * deployment created the server, so it is not deleted.
 */
export type LifecycleDecision =
  | { readonly ok: true; readonly writes: readonly LifecycleWrite[] }
  | { readonly ok: false; readonly why: 'taken' | 'lost' | 'early' | 'none' | 'other' };

/** Number of complete lists without the server after which a create request counts as not processed. */
export const looksNeeded = 2;

type EventOf<K extends LifecycleEvent['kind']> = Extract<LifecycleEvent, { kind: K }>;
type Refusal = Extract<LifecycleDecision, { ok: false }>['why'];

const done = (writes: readonly LifecycleWrite[]): LifecycleDecision => ({ ok: true, writes });
const refused = (why: Refusal): LifecycleDecision => ({ ok: false, why });

const reserved = (value: Reservation): LifecycleWrite => ({ item: 'reservation', value });
const bound = (value: Binding): LifecycleWrite => ({ item: 'binding', value });
const without: LifecycleWrite = { item: 'reservation' };

/** The answer to its own request decides, whatever others wrote to the reservation meanwhile. */
function answered(
  { reservation, binding }: LabelState,
  { attempt, id, consentUrl, ...event }: EventOf<'answered'>,
): LifecycleDecision {
  const { createOnly, nonce } = attempt;
  if (reservation?.nonce !== nonce) {
    if (binding?.id === id) return done([]);
    return reservation || binding ? refused('lost') : done([again(attempt, event.binding.at)]);
  }
  const consent = consentUrl === undefined ? {} : { consentUrl };
  const created: Reservation = { ...reservation, state: 'created', id, ...consent };
  return done([
    reserved(created),
    bound({ ...event.binding, createOnly, id, ...consent }),
    without,
  ]);
}

function unknown({ reservation, binding }: LabelState, event: EventOf<'unknown'>) {
  const { attempt, state, at, reason } = event;
  const isTaken = reservation ? reservation.nonce !== attempt.nonce : binding !== undefined;
  return isTaken ? refused('lost') : done([again(attempt, at, { state, reason })]);
}

/**
 * Lists of before say nothing of a request that was still under way, not even if they settled it: a process may have
 * been frozen before it sent the request. If nothing came of the label since, later lists show the result.
 */
function again(attempt: Attempt, at: string, more: Partial<Reservation> = {}): LifecycleWrite {
  return reserved({ ...attempt, state: 'unsure', looks: 0, at, ...more });
}

function listed(
  { reservation, binding }: LabelState,
  { begunAt, settlingMs, found, ...event }: EventOf<'listed'>,
): LifecycleDecision {
  if (!reservation) return refused('none');
  if (binding) return done([without]);
  const { state, id, consentUrl, createOnly, at } = reservation;
  if (state === 'created' && id !== undefined) {
    const consent = consentUrl === undefined ? {} : { consentUrl };
    return done([bound({ ...event.binding, createOnly, id, ...consent }), without]);
  }
  if (begunAt < Date.parse(at) + settlingMs) return refused('early');
  if (found.kind === 'none') {
    const looks = reservation.looks + 1;
    return done([looks < looksNeeded ? reserved({ ...reservation, looks }) : without]);
  }
  if (found.kind === 'same' && state !== 'person') {
    return done([bound({ ...event.binding, createOnly, id: found.id }), without]);
  }
  const reason = found.kind === 'other' ? found.reason : reservation.reason;
  return done([reserved({ ...reservation, state: 'person', looks: 0, ...(reason && { reason }) })]);
}

/** Whether the server of a binding may be deleted by this deployment. */
export function isOwn(
  binding: Binding,
  { account, stack }: Pick<Binding, 'account' | 'stack'>,
): boolean {
  return binding.account === account && binding.stack === stack;
}

function remove({ binding }: LabelState, event: EventOf<'remove'>): LifecycleDecision {
  if (!binding) return refused('none');
  if (!isOwn(binding, event)) return refused('other');
  if (binding.removal) return refused('early');
  const { at, epoch, approval } = event;
  return done([bound({ ...binding, removal: { at, epoch, approval } })]);
}

function connected({ binding }: LabelState): LifecycleDecision {
  if (binding?.consentUrl === undefined) return refused('none');
  const { consentUrl: _given, ...rest } = binding;
  return done([bound(rest)]);
}

/** A reservation that a process left beside the binding goes first: alone, it would bind the id of the deleted server again. */
function free({ reservation }: LabelState): readonly LifecycleWrite[] {
  return [...(reservation ? [without] : []), { item: 'binding' }];
}

/**
 * As `ofAttempt`. The epoch identifies the attempt, because attempts under one lease never overlap: a process that was
 * frozen does not resolve the deletion of the next owner.
 */
function ofRemoval(
  { binding }: LabelState,
  epoch: number,
  writes: (binding: Binding) => readonly LifecycleWrite[],
): LifecycleDecision {
  return binding?.removal?.epoch === epoch ? done(writes(binding)) : refused('lost');
}

function read(
  state: LabelState,
  { begunAt, settlingMs, isThere }: EventOf<'read'>,
): LifecycleDecision {
  const { removal } = state.binding ?? {};
  if (!removal) return refused('none');
  if (begunAt < Date.parse(removal.at) + settlingMs) return refused('early');
  return decide(state, { kind: isThere ? 'kept' : 'gone', epoch: removal.epoch });
}
