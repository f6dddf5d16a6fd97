import type { Pointer } from '../model/json/json.types.ts';
import type { Reason, ShownValue, Time } from '../model/ledger.types.ts';
import type { NextAttempt } from './due.ts';
import type { Cause, Mode, Outcome, OutcomeCounts } from '../model/outcome.ts';

/** Another server that has a unique value now. */
export interface Holder {
  readonly id: string;
  readonly label?: string;
  /** Whether it keeps the value, gives it up in the same plan, or needs the other server's value first. */
  readonly what: 'keeps' | 'gives' | 'exchanges';
}

/** One field that would be sent. Serialisable, and shows no secret. */
export interface FieldChange {
  readonly pointer: Pointer;
  readonly cause: Cause;
  readonly before: ShownValue;
  readonly after: ShownValue;
  /** `set` fields are shown as added and removed members. */
  readonly compare: 'value' | 'set';
  /** A secret with a new version: apply fetches it, and sends it only if its value changed too. */
  readonly conditional: boolean;
  /** The change loosens an access rule: more people or tools get access. Otherwise absent. */
  readonly loosens?: true;
  /** Keyed hash of (server, pointer, values before and after, or secret version), which an approval lists. */
  readonly hash: string;
  /** The guard holds it. In mode `report`: the guard would hold it if it were sent. */
  readonly held: boolean;
  /** Absent if no other live server is known to have the value. */
  readonly takenBy?: Holder;
}

/** A server that is not in sync. */
export interface PlannedServer extends NextAttempt {
  readonly id: string;
  readonly label?: string;
  readonly mode: Mode;
  /** `updated` here means that applying the plan would update it. */
  readonly outcome: Outcome;
  readonly since?: Time;
  readonly reason?: Reason;
  readonly changes: readonly FieldChange[];
}

/** The result of the guard. Shares are 0 to 1. */
export interface GuardState {
  readonly active: boolean;
  /** Servers declared in the connection, whatever the scope of the pass. */
  readonly declared: number;
  /** Servers in the ledger, declared or not; absent if there are none. */
  readonly known?: number;
  /** Servers changed in the last hour, and those that this plan would change in addition. */
  readonly changedLastHour: number;
  readonly changing: number;
  /** Servers in mode `report` that a confirmed `trueup apply` would change in addition; absent if there are none. */
  readonly reported?: number;
  /** Servers that are not counted because their changes are approved; absent if there are none. */
  readonly approved?: number;
  /** Share of the smaller of `declared` and `known`. May be above 1. */
  readonly share: number;
  readonly limit: number;
  readonly minimum: number;
  /** Servers created in the last hour, those that this plan creates, and the limit; absent if it creates none. */
  readonly creates?: {
    readonly lastHour: number;
    readonly creating: number;
    readonly limit: number;
  };
  /** Digest of the held changes; absent when there are none. */
  readonly held?: string;
}

/** A secret that was not found, or that Trueup is not allowed to describe. */
export interface MissingSecret {
  readonly secret: string;
  /** A stored secret with a similar name that no declaration uses, if the store can list its names without a call. */
  readonly similar?: string;
  /** How many servers use it, and the first of them. */
  readonly servers: number;
  readonly such: readonly string[];
}

/** What a pass would do, as data. `--out FILE` writes it unchanged. */
export interface Plan {
  readonly version: 1;
  readonly connection: string;
  readonly provider: string;
  /** Servers in scope; the counts add up to it. */
  readonly servers: number;
  readonly counts: OutcomeCounts;
  /** All servers except `inSync` and `assumed`, by id. */
  readonly changes: readonly PlannedServer[];
  readonly undeclared: readonly { readonly id: string; readonly name?: string }[];
  /** Total number, if `undeclared` has only the first ones. */
  readonly undeclaredCount?: number;
  /**
   * Secrets of these servers that were not found; absent if there are none, and in passes, which read each secret when
   * it is sent.
   */
  readonly missingSecrets?: readonly MissingSecret[];
  readonly guard: GuardState;
  /** Over the sorted hashes of all changes; '' if there are none. */
  readonly digest: string;
}
