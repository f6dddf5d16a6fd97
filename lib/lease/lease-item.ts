import * as z from 'zod/mini';
import { isTime } from '../model/time.ts';
import type { Retry, Time } from '../model/ledger.types.ts';
import type { Scope } from './scope.ts';

/** The number of servers that the guard counted as changed within five minutes. */
export interface ChangeBucket {
  /** Times of the first and the last of them, ISO 8601. */
  readonly from: Time;
  readonly to: Time;
  readonly changed: number;
}

/** The rate budget at a point in time. */
export interface BudgetState {
  /** Requests that may be sent at once. */
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
  /** The process that owns the lease. Absent, like the next four, if the lease is free. */
  readonly owner?: string | undefined;
  /** When it was acquired, in milliseconds since the epoch. */
  readonly acquiredAt?: number | undefined;
  /** A mark by which processes on the same machine can detect that it has ended; absent if they cannot. */
  readonly process?: string | undefined;
  /** Whether the process has ended. Determined when the item is read, and not stored. */
  readonly hasEnded?: boolean;
  /** Unique to this acquisition, so that a process that did not get the answer recognizes its own. */
  readonly acquisition?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Whether the previous owner never released it. */
  readonly takenOver: boolean;
  /** When that last happened, in milliseconds since the epoch: earlier counts may be missing from the buckets. */
  readonly takenOverAt?: number | undefined;
  /** When an owner was last found to have died before its lease expired: its requests may still be on their way. */
  readonly endedAt?: number | undefined;
  /** Total number of knocks. */
  readonly knocks: number;
  /** The scope of knocks that the owner has not started to serve. */
  readonly knocked?: Scope | undefined;
  /** The scope of earlier knocks that the owner is serving. */
  readonly running?: Scope | undefined;
  /** The guard's count of changes in the last hour, including those that the owner may still send. */
  readonly window: readonly ChangeBucket[];
  /** The guard's count of servers that were created in the last hour. */
  readonly creates?: readonly ChangeBucket[] | undefined;
  /** Number of servers in the ledger when a pass last read all of them. */
  readonly known?: number | undefined;
  /** The largest such number ever: a guarded connection stays guarded. */
  readonly mostKnown?: number | undefined;
  /** Backoff of the connection itself; its `key` is the connection row's hash. */
  readonly retry?: Retry | undefined;
  /** Absent: unknown, counts as full. */
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

/** The stored form of the item, without its revision. */
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
