import type { Pointer } from '../model/json/json.types.ts';
import type { Reason, ShownValue, Time } from '../model/ledger.types.ts';
import type { NextAttempt } from './due.ts';
import type { Cause, Mode, Outcome, OutcomeCounts } from '../model/outcome.ts';

/** The server that has a value now which only one can have. */
export interface Holder {
  readonly id: string;
  readonly label?: string;
  /** Whether it keeps the value, gives it up in the same plan, or waits for the other one in its turn. */
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
  /** A secret whose version moved: apply fetches it, and sends it only if its value moved too. */
  readonly conditional: boolean;
  /** The change lets more people or tools in: an access rule is loosened. Absent where it does not. */
  readonly loosens?: true;
  /** Of (server, pointer, value before and after, keyed; or secret version): what an approval lists. */
  readonly hash: string;
  /** The guard holds it; in mode `report`, it would if it were sent. */
  readonly held: boolean;
  /** Absent if no other live server is known to have the value. */
  readonly takenBy?: Holder;
}

/** A server that is not simply in sync. */
export interface PlannedServer extends NextAttempt {
  readonly id: string;
  readonly label?: string;
  readonly mode: Mode;
  /** `updated` means: would be, once applied. */
  readonly outcome: Outcome;
  readonly since?: Time;
  readonly reason?: Reason;
  readonly changes: readonly FieldChange[];
}

/** The guard's finding. Shares are 0 to 1. */
export interface GuardState {
  readonly active: boolean;
  /** Servers declared in the connection, whatever the scope of the pass. */
  readonly declared: number;
  /** Servers that the ledger knows, declared or not; absent while it knows none. */
  readonly known?: number;
  /** Servers changed in the last hour, and those that this plan would add. */
  readonly changedLastHour: number;
  readonly changing: number;
  /** Servers in mode `report` that would be added if they were sent, as a confirmed `trueup apply` does; absent if there are none. */
  readonly reported?: number;
  /** Servers that would be counted if what they change were not approved; absent if there are none. */
  readonly approved?: number;
  /** Of the smaller of `declared` and `known`. May be above 1. */
  readonly share: number;
  readonly limit: number;
  readonly minimum: number;
  /** Servers created in the last hour, those that this plan adds, and how many may be; absent if it adds none. */
  readonly creates?: {
    readonly lastHour: number;
    readonly creating: number;
    readonly limit: number;
  };
  /** Digest of the held changes; absent when there are none. */
  readonly held?: string;
}

/** A secret that was not found, or that may not be described. */
export interface MissingSecret {
  readonly secret: string;
  /** How many servers name it, and the first of them. */
  readonly servers: number;
  readonly such: readonly string[];
}

/** What a pass would do: a value, made by a pure function. `--out FILE` writes it as it is. */
export interface Plan {
  readonly version: 1;
  readonly connection: string;
  readonly provider: string;
  /** Servers in scope; the counts add up to it. */
  readonly servers: number;
  readonly counts: OutcomeCounts;
  /** Everything but `inSync` and `assumed`, by id. */
  readonly changes: readonly PlannedServer[];
  readonly undeclared: readonly { readonly id: string; readonly name?: string }[];
  /** How many there are, where `undeclared` has only the first of them. */
  readonly undeclaredCount?: number;
  /** Secrets of these servers that were not found; absent if there are none, and in passes, where each is read when it is sent. */
  readonly missingSecrets?: readonly MissingSecret[];
  readonly guard: GuardState;
  /** Over the sorted hashes of all changes; '' if there are none. */
  readonly digest: string;
}
