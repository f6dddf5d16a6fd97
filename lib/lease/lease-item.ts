import * as z from 'zod/mini';
import { isTime } from '../model/time.ts';
import type { Retry, Time } from '../model/ledger.types.ts';
import type { Scope } from './scope.ts';

/** How many servers the guard counted as changed within five minutes. */
export interface ChangeBucket {
  /** Of the first and of the last of them, ISO 8601. */
  readonly from: Time;
  readonly to: Time;
  readonly changed: number;
}

/** The rate budget at a moment. */
export interface BudgetState {
  /** Requests that may be made at once. */
  readonly tokens: number;
  /** Milliseconds since the epoch, by the clock of the process that saved it. */
  readonly at: number;
  /** The name of that clock. */
  readonly by: string;
}

/** The connection's `lease` item. */
export interface LeaseItem {
  /** Its revision in the table; 0 if there is no item yet. */
  readonly rev: number;
  /** One higher with each acquisition. */
  readonly epoch: number;
  /** Which process owns the lease. Absent, as the next four, when the lease is free. */
  readonly owner?: string | undefined;
  /** Since when, in milliseconds since the epoch. */
  readonly acquiredAt?: number | undefined;
  /** How other processes on its machine find out whether it has ended; absent where they cannot. */
  readonly process?: string | undefined;
  /** Whether it has: found out where the item is read, and not stored. */
  readonly hasEnded?: boolean;
  /** Unique to this acquisition: the process that never got the answer to it recognizes it. */
  readonly acquisition?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Whether this owner took it over from one that never released it. */
  readonly takenOver: boolean;
  /** When this last happened, in milliseconds since the epoch: what was counted before may be in no bucket. */
  readonly takenOverAt?: number | undefined;
  /** When an owner was last found to have ended before its lease expired: what it sent until then may still be on its way. */
  readonly endedAt?: number | undefined;
  /** How many knocks there ever were. */
  readonly knocks: number;
  /** What knocks ask for that the owner has not taken on yet. */
  readonly knocked?: Scope | undefined;
  /** What the owner is serving of earlier knocks. */
  readonly running?: Scope | undefined;
  /** The guard's count of the last hour, with what the owner may still send. */
  readonly window: readonly ChangeBucket[];
  /** The guard's count of servers that were created in the last hour. */
  readonly creates?: readonly ChangeBucket[] | undefined;
  /** How many servers the ledger knew when a pass last read all of them. */
  readonly known?: number | undefined;
  /** The most that it ever knew: a connection that was guarded once stays so. */
  readonly mostKnown?: number | undefined;
  /** Backoff of the connection itself; its `key` is the connection row's hash. */
  readonly retry?: Retry | undefined;
  /** Absent: nothing is known, it counts as full. */
  readonly budget?: BudgetState | undefined;
}

/** What an owner saves with a renewal or its release. */
export type LeaseSave = Pick<
  LeaseItem,
  'window' | 'creates' | 'known' | 'mostKnown' | 'retry' | 'budget'
>;

const count = z.int().check(z.minimum(0));
const time = z.string().check(z.refine(isTime));

/** Sets are stored as lists. */
const scope = z.codec(z.union([z.literal('all'), z.array(z.string())]), z.custom<Scope>(), {
  decode: (stored): Scope => (stored === 'all' ? stored : new Set(stored)),
  encode: (value) => (value === 'all' ? value : [...value]),
});

const buckets = z.readonly(z.array(z.object({ from: time, to: time, changed: count })));

/** How the item is stored, less its revision. */
export const leaseSchema = z.object({
  epoch: count,
  owner: z.optional(z.string()),
  acquiredAt: z.optional(count),
  process: z.optional(z.string()),
  acquisition: z.optional(z.string()),
  expiresAt: z.optional(count),
  takenOver: z.boolean(),
  takenOverAt: z.optional(count),
  endedAt: z.optional(count),
  knocks: count,
  knocked: z.optional(scope),
  running: z.optional(scope),
  window: buckets,
  creates: z.optional(buckets),
  known: z.optional(count),
  mostKnown: z.optional(count),
  retry: z.optional(
    z.object({
      attempts: count,
      notBefore: time,
      retryAfter: z.exactOptional(time),
      key: z.string(),
      state: z.exactOptional(z.literal('needs-login')),
      credential: z.exactOptional(z.string()),
      since: z.exactOptional(time),
      reason: z.exactOptional(z.object({ code: z.string(), message: z.string() })),
    }),
  ),
  budget: z.optional(z.object({ tokens: z.number(), at: count, by: z.string() })),
});
