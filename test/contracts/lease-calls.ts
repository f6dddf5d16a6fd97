import type {
  LeaseItem,
  LeaseItems,
  LeaseSave,
  Scope,
} from '../../lib/reconcile/ports/lease-items.ts';

/** A store without any lease. */
export interface LeaseSubject {
  readonly lease: LeaseItems;
  /** Another caller of the same store. */
  readonly other: LeaseItems;
  readonly close: () => Promise<void>;
}

export const expiresAt = 1000;
/** A caller for whom a lease until `expiresAt` is held, to the millisecond. */
export const held = expiresAt;
/** One for whom it is over. */
export const over = expiresAt + 1;

export const budget = { tokens: -2.5, at: 1_774_000_000_123, by: 'one' };
export const window = [{ start: '2026-11-22T12:00:00.000Z', changed: 3 }];
export const retry = {
  attempts: 1,
  notBefore: '2026-11-22T12:00:00.000Z',
  key: 'k',
  state: 'needs-login',
  credential: 'v1',
} as const;

export const ids = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

export const isFree = ({ owner, expiresAt: until }: Partial<LeaseItem>) =>
  owner === undefined && until === undefined;

/** Calls of the connection `acme`: the holder's by one caller, the others' by the other. */
export class LeaseCalls {
  readonly #subject: LeaseSubject;

  constructor(subject: LeaseSubject) {
    this.#subject = subject;
  }

  /** Until `expiresAt`, or as much later as the caller's clock is. */
  acquire(owner = 'one', overBefore = held, by = this.#subject.lease) {
    return by.acquire('acme', { owner, expiresAt: expiresAt + overBefore - held, overBefore });
  }

  knock(scope: Scope | readonly string[], overBefore = held, by = this.#subject.other) {
    return by.knock('acme', { scope: scope === 'all' ? scope : new Set(scope), overBefore });
  }

  serve(epoch: number, knocks: number, ...names: readonly string[]) {
    const running = new Set(names);
    return this.#subject.lease.serve('acme', { epoch, knocks, running });
  }

  renew(epoch: number, until: number, save: LeaseSave = {}) {
    return this.#subject.lease.renew('acme', { epoch, expiresAt: until, save });
  }

  release(epoch: number, knocks: number, keep = false, save: LeaseSave = {}) {
    return this.#subject.lease.release('acme', { epoch, knocks, keep, save });
  }

  /** The item, as anybody finds it. */
  async found(): Promise<Partial<LeaseItem>> {
    return (await this.#subject.other.read('acme')) ?? {};
  }
}
