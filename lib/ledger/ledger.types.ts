import type { HistoryRecord } from '../model/history.types.ts';
import type { PassReport, Pause, ServerRecord, Time } from '../model/ledger.types.ts';
import type { LifecycleDecision, LifecycleEvent } from '../lifecycle/protocol.ts';
import type { StoredLabel } from '../model/lifecycle.types.ts';
import type { Plan } from '../plan/plan.types.ts';

/** What a pass reads from a connection's ledger. */
export interface LedgerState {
  readonly pauses: readonly Pause[];
  readonly servers: ReadonlyMap<string, ServerRecord>;
  /** Marks of servers whose unreadable fields may have been sent by a pass that could not record it. */
  readonly resend: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A held plan: the changes that can be approved. */
export interface HeldPlan {
  readonly digest: string;
  readonly at: Time;
  /** For output: a very large plan has only its first servers, and the beginnings of its values. */
  readonly plan: Plan;
  /** Hashes of all held changes, in the order of the plan. */
  readonly hashes: readonly string[];
}

/** An approval to record. */
export type NewApproval = Omit<Approval, 'hashes'> & Partial<Pick<Approval, 'hashes'>>;

/** Approval of the changes of a held plan. Expires 24 hours after `at`, which is checked in code and not by `ttl`. */
export interface Approval {
  readonly digest: string;
  readonly at: Time;
  readonly by?: string;
  /** The hashes of the held plan with this digest. */
  readonly hashes: readonly string[];
}

/** Which past records to return: not before `since`, and at most the newest `limit`. */
export interface PastFilter {
  readonly since?: Time;
  readonly limit?: number;
}

/** The same, with only the records that match. */
export interface HistoryFilter extends PastFilter {
  readonly matches?: (record: HistoryRecord) => boolean;
}

/** The end of a pause. */
export type Resumed = Pick<Pause, 'id' | 'by' | 'at'>;

/** Who pushed a declaration, and when. */
export interface Pushed {
  readonly at: Time;
  readonly by: string;
}

/** A server's declaration, identified by its content. */
export interface Declared {
  readonly server: string;
  readonly declaration: string;
}

/** The result of an event for a label. */
export type Advanced =
  { readonly ok: true; readonly stored: StoredLabel } | Extract<LifecycleDecision, { ok: false }>;

/**
 * What Trueup stores about servers and passes. Only Trueup writes it. All methods throw `StoreError` if the store
 * fails.
 */
export interface Ledger {
  /** Reads pauses, server items and marks, of all servers or only of the named ones. Consistent. */
  read(connection: string, ids?: readonly string[]): Promise<LedgerState>;
  /**
   * Writes `record` with its next `rev`, which no record of the server had before, if the item's `rev` is still `record.rev` (0: no item yet).
   *
   * @returns the record as it is now
   * @throws LostUpdateError if the item has another `rev`
   */
  writeServer(connection: string, record: ServerRecord): Promise<ServerRecord>;
  /** Removes the item of a server that is no longer declared, if its `rev` has not changed. */
  forgetServer(connection: string, record: ServerRecord): Promise<void>;
  /**
   * Records that the state of a server's unreadable fields is unknown. Called by a pass that cannot write the server's
   * item; it does not need the lease.
   *
   * @param mark - unique among the marks of the server
   */
  markResend(connection: string, id: string, mark: string): Promise<void>;
  /** Removes these marks of a server, but not marks that were added since they were read. `marks` may be empty. */
  clearResend(connection: string, id: string, marks: ReadonlySet<string>): Promise<void>;
  /** The state of all labels of servers that Trueup creates. Consistent. */
  labels(connection: string): Promise<ReadonlyMap<string, StoredLabel>>;
  /**
   * Applies an event to a label, as `decide` says. Items are written one by one, each with the condition that it has
   * not changed since it was read.
   *
   * @param seen - the label as it was read, if the event is based on that. Absent: it is read now, and again if another
   * process writes it meanwhile
   * @returns the label afterwards, or why the event was refused: `lost` also if another process wrote the label since
   * `seen` was read
   */
  advance(
    connection: string,
    label: string,
    event: LifecycleEvent,
    seen?: StoredLabel,
  ): Promise<Advanced>;
  /** Adds to the history. `pause`, `resume` and `approve` add their own records. */
  record(connection: string, record: HistoryRecord): Promise<void>;
  /** Stores who pushed declarations, for 90 days. */
  putPushed(connection: string, declared: readonly Declared[], pushed: Pushed): Promise<void>;
  /** Who pushed declarations, in the given order; undefined for one that `push` did not write. */
  pushed(
    connection: string,
    declared: readonly Declared[],
  ): Promise<readonly (Pushed | undefined)[]>;
  /** Approvals that have not expired at `now`, with their hashes. */
  approvals(connection: string, now: number): Promise<readonly Approval[]>;
  /** Idempotent: the same digest means the same plan. @returns whether it is new */
  putHeld(connection: string, held: HeldPlan): Promise<boolean>;
  held(connection: string, digest: string): Promise<HeldPlan | undefined>;
  /** Digests of the held plans that begin with `prefix`, sorted. Without a prefix: all. */
  heldDigests(connection: string, prefix?: string): Promise<readonly string[]>;
  /**
   * Adds it to the history, then approves the changes for 24 hours after `at`.
   *
   * @param approval - `hashes` defaults to those of the held plan with this digest
   * @throws StoreError (`store-absent`) if it has no hashes and there is no such plan
   */
  approve(connection: string, approval: NewApproval): Promise<void>;
  /** Writes `pass#last`, and also `pass#<id>` if the pass changed something. */
  putReport(connection: string, report: PassReport, didSomething: boolean): Promise<void>;
  /** The report of the last pass, with limited `details`; undefined if there is none or it cannot be read. */
  lastReport(connection: string): Promise<PassReport | undefined>;
  /** The history of the last 90 days, newest first. Long values are cut, and records that cannot be read are left out. */
  history(connection: string, filter?: HistoryFilter): Promise<readonly HistoryRecord[]>;
  /** Reports of passes that changed something in the last 90 days, newest first. */
  reports(connection: string, filter?: PastFilter): Promise<readonly PassReport[]>;
  /** The pauses of the connection and its servers, including those that have ended. */
  pauses(connection: string): Promise<readonly Pause[]>;
  /**
   * Adds it to the history, then pauses the connection, or one server if there is an `id`. Replaces an earlier pause of
   * the same.
   */
  pause(connection: string, pause: Pause): Promise<void>;
  /** Adds it to the history, then ends the pause. Not an error if there is no pause. */
  resume(connection: string, resumed: Resumed): Promise<void>;
}
