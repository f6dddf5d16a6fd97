import type { FailureReason } from './errors/failure-reason.ts';
import type { Fingerprint } from './fingerprint.types.ts';
import type { Json, Pointer } from './json/json.types.ts';
import type { Outcome, OutcomeCounts, Trigger } from './outcome.ts';

/** All times are ISO 8601 in UTC, to the millisecond. */
export type Time = string;

/** What was last applied to a field. Values are never stored, only fingerprints. */
export interface AppliedField {
  readonly fingerprint: Fingerprint;
  /** When it was sent, or first seen in sync. */
  readonly at: Time;
  /** For secrets: the version id that came with the value. */
  readonly version?: string;
  /** For secrets: the reference that the value came from, as `name` or `name#key`. */
  readonly source?: string;
}

/**
 * A PUT whose answer did not show what was sent, with what later passes need to decide whether it
 * was applied.
 */
export interface UndecidedField {
  readonly sent: Fingerprint;
  readonly answered: Fingerprint;
  /**
   * The answer showed the value from before the PUT (`old`), a third one (`other`), or the same third one as
   * after the previous PUT (`form`).
   */
  readonly showed: 'old' | 'other' | 'form';
  /** How often it was sent. */
  readonly attempts: number;
}

/** A value that the vendor stores in another form, which is accepted and not sent again. */
export interface NormalisedField {
  readonly sent: Fingerprint;
  readonly answered: Fingerprint;
}

/** Written before a PUT with unreadable fields, and cleared with its result. */
export interface Intent {
  readonly epoch: number;
  readonly pointers: readonly Pointer[];
  readonly at: Time;
}

/** Why a server has its outcome. `message` is for output, has no secret, and is at most 500 characters. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly pointer?: Pointer;
}

/**
 * Identifies an attempt: a changed declaration, secret, policy or sign-in is a different attempt, and does not wait.
 * See `attemptKey`.
 */
export interface AttemptKey {
  /** Of the declaration, the versions of its secrets and the policy. */
  readonly key: string;
  /**
   * Version of the secret that the connection signed in with; '' if there is no such secret. Absent if it is not
   * known, and for a connection also if the sign-in was not refused.
   */
  readonly credential?: string;
}

/** What was tried and failed, and when unattended passes try it again. See `isDue`. */
export interface Wait extends AttemptKey {
  /** Attempts that failed in a row. */
  readonly attempts: number;
  readonly notBefore: Time;
  /**
   * Since when it fails, and what happened last: for a connection, and for a server that has not changed since.
   */
  readonly since?: Time;
  readonly reason?: Reason;
}

/** Backoff of a server or connection after a failure that may pass by itself. */
export interface Retry extends Wait {
  /** The gateway's `Retry-After`: before it, no request is sent, not even for a user's command. */
  readonly retryAfter?: Time;
  /** For a connection that needs a new login; otherwise absent. */
  readonly state?: 'needs-login';
}

/**
 * A failure that the same attempt would most likely repeat. `refused` is about the refused fields only, `failed` about all
 * fields.
 */
export interface Stopped extends Wait {
  readonly outcome: 'failed' | 'refused';
}

/** The ledger's `server#<id>` item. Written by compare-and-swap on `rev`. */
export interface ServerRecord {
  readonly id: string;
  readonly rev: number;
  /** `accountKey` of the connection: the record is not valid for another gateway or account. */
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
   * Content hash of the declaration that *all* applied fingerprints belong to. While the declared hash is the
   * same, a pass that finds the server in sync computes no fingerprints.
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
  /** When a GET last read the fields that the gateway's list omits. */
  readonly readAt?: Time;
}

/** `pause` (the connection) or `pause#<id>`, set by an operator. */
export interface Pause {
  /** Server id; absent for the whole connection. */
  readonly id?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly at: Time;
  /** The pause ends at this time; absent means until resumed. */
  readonly until?: Time;
}

/**
 * A value as it is shown to users: a readable or write-only value as it is, a secret as its name and version,
 * and a value that cannot be read as unreadable.
 */
export type ShownValue =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'secret'; readonly secret: string; readonly version?: string };

/**
 * What a pass did: `pass#last`, and `pass#<id>` if it changed something. Only counts, and a limited list of servers.
 */
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
  /**
   * Requests that were sent; `throttled` counts those that were answered with 429, and is absent if none
   * was.
   */
  readonly vendorCalls: {
    readonly list: number;
    readonly get: number;
    readonly put: number;
    /** Absent if there was none. */
    readonly create?: number;
    readonly delete?: number;
    readonly throttled?: number;
  };
  readonly secretsDecrypted: number;
  readonly credentialsDecrypted: number;
  readonly state: PassEnd;
  /** Why the pass ended early. */
  readonly reason?: Reason;
  /**
   * For a connection that failed: since when, when unattended passes try it again, and what makes them try at
   * once.
   */
  readonly since?: Time;
  readonly nextAttempt?: Time;
  readonly atOnce?: string;
  /** Number of failing servers by reason, plus one for a pass that ended early; absent if there are none. */
  readonly failures?: Readonly<Partial<Record<FailureReason, number>>>;
  /**
   * Since when the oldest of the servers that differ from their declaration, or may differ, does so.
   */
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
    /** When unattended passes try it again, and what makes them try at once. */
    readonly nextAttempt?: Time;
    readonly atOnce?: string;
  }[];
}

/**
 * How a pass ended. `unreachable` and `needs-login`: the connection failed, and the remaining servers are
 * `unreached`; `invalid`: the connection's own row is not valid; `interrupted`: the lease was lost or the
 * time limit reached.
 */
export type PassEnd = 'ok' | 'unreachable' | 'needs-login' | 'invalid' | 'interrupted';
