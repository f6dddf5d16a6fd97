import type { FailureReason } from './errors/failure-reason.ts';
import type { Fingerprint } from './fingerprint.types.ts';
import type { Json, Pointer } from './json/json.types.ts';
import type { Outcome, OutcomeCounts, Trigger } from './outcome.ts';

/** All times are ISO 8601 in UTC, to the millisecond. */
export type Time = string;

/** What was last applied to a field. Values are never kept, only fingerprints. */
export interface AppliedField {
  readonly fingerprint: Fingerprint;
  /** When it was sent, or first seen in sync. */
  readonly at: Time;
  /** For secrets: the version id that came with the value. */
  readonly version?: string;
  /** For secrets: the reference that the value came from, as `name` or `name#key`. */
  readonly source?: string;
}

/** A PUT whose answer did not show what was sent, and what later passes need to decide it. */
export interface UndecidedField {
  readonly sent: Fingerprint;
  readonly answered: Fingerprint;
  /** The answer showed the value from before the PUT, a third one, or the same third one as the PUT before. */
  readonly showed: 'old' | 'other' | 'form';
  /** How often it was sent. */
  readonly attempts: number;
}

/** A value that the vendor turns into another one: never fought over. */
export interface NormalisedField {
  readonly sent: Fingerprint;
  readonly answered: Fingerprint;
}

/** Written before a PUT that carries unreadable fields, cleared with its result. */
export interface Intent {
  readonly epoch: number;
  readonly pointers: readonly Pointer[];
  readonly at: Time;
}

/** Why a server has its outcome. `message` is for people, holds no secret, and is at most 500 characters. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly pointer?: Pointer;
}

/** What an attempt is made of: another declaration, secret, policy or sign-in is another attempt. See `attemptKey`. */
export interface AttemptKey {
  /** Of the declaration, the versions of its secrets and the policy. */
  readonly key: string;
  /**
   * Version of the secret that the connection signed in with. Absent where it is not known; of a connection also where
   * it was not refused, and '' where there is no such secret.
   */
  readonly credential?: string;
}

/** What was tried and failed: when unattended passes try it again. See `isDue`. */
export interface Wait extends AttemptKey {
  /** Attempts that failed in a row. */
  readonly attempts: number;
  readonly notBefore: Time;
  /** Since when it fails, and what happened last: of a connection, and of a server that is not changed since. */
  readonly since?: Time;
  readonly reason?: Reason;
}

/** Backoff of a server or connection after a failure that may pass by itself. */
export interface Retry extends Wait {
  /** The gateway's own `Retry-After`: before it not even a person's request is sent. */
  readonly retryAfter?: Time;
  /** Of a connection that needs another login; otherwise absent. */
  readonly state?: 'needs-login';
}

/** A failure that another attempt like it hardly changes. `refused` is about the refused fields only, `failed` about all. */
export interface Stopped extends Wait {
  readonly outcome: 'failed' | 'refused';
}

/** The ledger's `server#<id>` item. Written by compare-and-swap on `rev`. */
export interface ServerRecord {
  readonly id: string;
  readonly rev: number;
  /** `accountKey` of the connection: of another gateway or account the record says nothing. */
  readonly account?: string;
  readonly label?: string;
  readonly outcome: Outcome;
  /** Since when it has this outcome. */
  readonly since: Time;
  readonly reason?: Reason;
  /** Generation and content hash of the declaration that was last acted on. */
  readonly generation?: number;
  readonly contentHash?: string;
  /**
   * Content hash of the declaration to which *every* applied fingerprint belongs. While it is the declared one,
   * a pass in sync need not compute a single fingerprint.
   */
  readonly settled?: string;
  readonly applied: Readonly<Record<Pointer, AppliedField>>;
  readonly undecided: Readonly<Record<Pointer, UndecidedField>>;
  readonly normalised: Readonly<Record<Pointer, NormalisedField>>;
  readonly intent?: Intent;
  readonly retry?: Retry;
  readonly stopped?: Stopped;
  /** When the guard last counted it. */
  readonly countedAt?: Time;
  /** When a GET last said what the gateway's list leaves out. */
  readonly readAt?: Time;
}

/** `pause` (the connection) or `pause#<id>`: the operator's. */
export interface Pause {
  /** Server id; absent for the whole connection. */
  readonly id?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly at: Time;
  /** Over after this time; absent means until resumed. */
  readonly until?: Time;
}

/**
 * A value as people may see it, by where it comes from: a readable or write-only value as it is, a secret as its
 * name and version, and what cannot be read as just that.
 */
export type ShownValue =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'secret'; readonly secret: string; readonly version?: string };

/** What a pass did: `pass#last`, and `pass#<id>` where it did something. Counts only, and a capped list of servers. */
export interface PassReport {
  readonly pass: string;
  readonly trigger: Trigger;
  readonly connection: string;
  /** All servers of the connection, or those that the trigger named. */
  readonly scope: 'all' | 'named';
  readonly startedAt: Time;
  readonly durationMs: number;
  /** Servers in scope; the counts add up to it. */
  readonly servers: number;
  readonly counts: OutcomeCounts;
  /** Undeclared live servers: counted, never touched. Only full passes know. */
  readonly undeclared?: number;
  /** Requests on the wire; `throttled` says how many of them were answered with 429, where there was one. */
  readonly vendorCalls: {
    readonly list: number;
    readonly get: number;
    readonly put: number;
    /** Where there was one. */
    readonly create?: number;
    readonly delete?: number;
    readonly throttled?: number;
  };
  readonly secretsDecrypted: number;
  readonly credentialsDecrypted: number;
  readonly state: PassEnd;
  /** Why the pass ended early. */
  readonly reason?: Reason;
  /** Of a connection that failed: since when, when unattended passes try it again, and what tries it at once. */
  readonly since?: Time;
  readonly nextAttempt?: Time;
  readonly atOnce?: string;
  /** How many servers fail for which reason, and one for a pass that ended early; absent if there is none. */
  readonly failures?: Readonly<Partial<Record<FailureReason, number>>>;
  /** Since when the first of the servers that differ from their declaration, or may, has done so. */
  readonly differsSince?: Time;
  /** The same of those that Trueup cannot keep true. */
  readonly failingSince?: Time;
  /** The same of those that may have been created or deleted. */
  readonly unsureSince?: Time;
  /** Digest of what the guard holds. */
  readonly held?: string;
  /** Servers with an outcome to look at, at most 100 of them. */
  readonly details: readonly {
    readonly id: string;
    readonly label?: string;
    readonly outcome: Outcome;
    /** Since when it has this outcome. */
    readonly since?: Time;
    readonly reason?: Reason;
    /** Not before this do unattended passes try it again, and what tries it at once. */
    readonly nextAttempt?: Time;
    readonly atOnce?: string;
  }[];
}

/**
 * How a pass ended. `unreachable` and `needs-login`: the connection's failure, what is left is `unreached`;
 * `invalid`: the connection's own row does not fit; `interrupted`: the lease or the time had ended.
 */
export type PassEnd = 'ok' | 'unreachable' | 'needs-login' | 'invalid' | 'interrupted';
