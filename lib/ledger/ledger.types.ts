import type { HistoryRecord } from '../model/history.types.ts';
import type { PassReport, Pause, ServerRecord, Time } from '../model/ledger.types.ts';
import type { LifecycleDecision, LifecycleEvent } from '../lifecycle/protocol.ts';
import type { StoredLabel } from '../model/lifecycle.types.ts';
import type { Plan } from '../plan/plan.types.ts';

/** What a pass reads of a connection's ledger in one go. */
export interface LedgerState {
  readonly pauses: readonly Pause[];
  readonly servers: ReadonlyMap<string, ServerRecord>;
  /** Servers whose unreadable fields may have been sent by a pass that could not record it: the marks of each. */
  readonly resend: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A held plan: the changes that an approval may permit. */
export interface HeldPlan {
  readonly digest: string;
  readonly at: Time;
  /** For people: one that is very large comes back with its first servers, and the beginnings of its values. */
  readonly plan: Plan;
  /** Of all held changes, in the order of the plan. */
  readonly hashes: readonly string[];
}

/** An approval to be recorded. */
export type NewApproval = Omit<Approval, 'hashes'> & Partial<Pick<Approval, 'hashes'>>;

/** Permission for the changes of a held plan; over 24 hours after `at`, compared in code. */
export interface Approval {
  readonly digest: string;
  readonly at: Time;
  readonly by?: string;
  /** Of the held plan of the same digest. */
  readonly hashes: readonly string[];
}

/** Which records of the past: not before `since`, the newest `limit`. */
export interface PastFilter {
  readonly since?: Time;
  readonly limit?: number;
}

/** The same, and only those that match: others are read, and left out. */
export interface HistoryFilter extends PastFilter {
  readonly matches?: (record: HistoryRecord) => boolean;
}

/** The end of a pause. */
export type Resumed = Pick<Pause, 'id' | 'by' | 'at'>;

/** Who wrote a declaration. */
export interface Pushed {
  readonly at: Time;
  readonly by: string;
}

/** A server's declaration, by its content. */
export interface Declared {
  readonly server: string;
  readonly declaration: string;
}

/** What became of an event of a label. */
export type Advanced =
  { readonly ok: true; readonly stored: StoredLabel } | Extract<LifecycleDecision, { ok: false }>;

/** What Trueup knows. Only Trueup writes it. All methods throw `StoreError` if the store fails. */
export interface Ledger {
  /** Pauses, server items and marks: one paged, consistent Query, or the named servers only. */
  read(connection: string, ids?: readonly string[]): Promise<LedgerState>;
  /**
   * Writes `record` with `rev` one higher, if the item's `rev` is still `record.rev` (0: no item yet).
   *
   * @returns the record as it is now
   * @throws LostUpdateError if it is not
   */
  writeServer(connection: string, record: ServerRecord): Promise<ServerRecord>;
  /** Removes the item of a server that is no longer declared, if its `rev` is still that. */
  forgetServer(connection: string, record: ServerRecord): Promise<void>;
  /**
   * Notes that a server's unreadable fields are unknown: by a pass that finds that it may not write the server's item, at
   * any time, whether or not it owns the lease.
   *
   * @param mark - differs from every other mark of the same server
   */
  markResend(connection: string, id: string, mark: string): Promise<void>;
  /** Forgets these marks of a server, and no other that came since they were read. None is fine. */
  clearResend(connection: string, id: string, marks: ReadonlySet<string>): Promise<void>;
  /** What is known of the labels of servers that Trueup creates: one paged, consistent Query. */
  labels(connection: string): Promise<ReadonlyMap<string, StoredLabel>>;
  /**
   * What `decide` makes of a label, written item by item under the condition that each is as it was read.
   *
   * @param seen - the label as it was read, where the event follows from that; absent: it is read now, and read again where
   *   another process wrote it meanwhile
   * @returns the label after it; or why it was refused, `lost` also where another process wrote it since it was seen
   */
  advance(
    connection: string,
    label: string,
    event: LifecycleEvent,
    seen?: StoredLabel,
  ): Promise<Advanced>;
  /** Adds to the history. `pause`, `resume` and `approve` do so by themselves. */
  record(connection: string, record: HistoryRecord): Promise<void>;
  /** Keeps who wrote declarations, for 90 days. */
  putPushed(connection: string, declared: readonly Declared[], pushed: Pushed): Promise<void>;
  /** Who wrote declarations, in their order; undefined for one that `push` did not write. */
  pushed(
    connection: string,
    declared: readonly Declared[],
  ): Promise<readonly (Pushed | undefined)[]>;
  /** Approvals that are not over at `now`, with their hashes. A pass reads them only if there is something to guard. */
  approvals(connection: string, now: number): Promise<readonly Approval[]>;
  /** Idempotent: the same digest is the same plan. @returns whether it was not held yet */
  putHeld(connection: string, held: HeldPlan): Promise<boolean>;
  held(connection: string, digest: string): Promise<HeldPlan | undefined>;
  /** Digests of the held plans that begin with `prefix`, sorted; all without one. */
  heldDigests(connection: string, prefix?: string): Promise<readonly string[]>;
  /**
   * Records it, then permits changes, for 24 hours after `at`.
   *
   * @param approval - its hashes are those of the held plan of its digest, unless it has its own
   * @throws StoreError (`store-absent`) if it has none, and there is no such plan
   */
  approve(connection: string, approval: NewApproval): Promise<void>;
  /** Writes `pass#last`, and `pass#<id>` too if the pass did something. */
  putReport(connection: string, report: PassReport, didSomething: boolean): Promise<void>;
  /** The report of the last pass, `details` cut; undefined if there is not one, or it cannot be read. */
  lastReport(connection: string): Promise<PassReport | undefined>;
  /** What was done, newest first, for 90 days. Long values were cut, and a record that cannot be read is left out. */
  history(connection: string, filter?: HistoryFilter): Promise<readonly HistoryRecord[]>;
  /** Reports of passes that did something, newest first, for 90 days. */
  reports(connection: string, filter?: PastFilter): Promise<readonly PassReport[]>;
  /** The connection's pauses, its servers' included; they may be over. */
  pauses(connection: string): Promise<readonly Pause[]>;
  /** Records it, then pauses the connection or, with `id`, one server, in place of an earlier pause of the same. */
  pause(connection: string, pause: Pause): Promise<void>;
  /** Records it, then ends a pause; none is fine. */
  resume(connection: string, resumed: Resumed): Promise<void>;
}
