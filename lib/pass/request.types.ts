import type { Caller } from '../model/history.types.ts';
import type { PassReport } from '../model/ledger.types.ts';
import type { Outcome, Trigger } from '../model/outcome.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Earlier } from './read/earlier.ts';

/** What asks for a pass. */
export interface PassRequest {
  readonly connection: string;
  readonly trigger: Trigger;
  /** Whose command it is, for the history; absent if a person did not ask for it. */
  readonly caller?: Caller;
  /** At most ten server ids; absent means all. */
  readonly servers?: readonly string[];
  /** Present if a person reviewed a plan. */
  readonly attended?: Attended;
  /** Milliseconds since the epoch at which the process ends: nothing is started that could outlast it. */
  readonly deadline?: number;
  /** Names of secrets that moved: each is asked for its version, since a list of them may be minutes old. */
  readonly secrets?: readonly string[];
  /** How many continuations in a row asked for it; absent if none did. */
  readonly hops?: number;
  /** Aborts when the caller wants it to end: what is in flight is finished and recorded, nothing more is started. */
  readonly stop?: AbortSignal;
}

/** What a person agreed to at the terminal. */
export interface Attended {
  /** Hashes of the changes that were agreed to: others are listed, not sent. */
  readonly shown: ReadonlySet<string>;
  /** Whether servers of mode `report` are sent too. */
  readonly includeReport: boolean;
  /** What the plan was made from; absent where all is to be read under the lease. */
  readonly earlier?: Earlier;
  /** Whether it was confirmed, which approves the changes before the guard; `--yes` does not. */
  readonly approved: boolean;
  /** How long to wait for the lease, in milliseconds; a person's request does not knock. */
  readonly lockTimeoutMs: number;
  /** Called once for each owner of the lease that is waited for. */
  readonly waiting?: (owner: string) => void;
  /** Called for each server that had its turn, once its result is recorded. */
  readonly recorded?: (id: string, outcome: Outcome) => void;
}

/**
 * What became of it. `knocked`: the process that reconciles the connection now will serve it; `locked`: a person's request waited
 * for the lease in vain.
 */
export type PassResult =
  | {
      readonly kind: 'done';
      readonly report: PassReport;
      readonly plan?: Plan;
      /** Reports of the further passes that were made for others under the same lease. */
      readonly others: readonly PassReport[];
    }
  | { readonly kind: 'knocked' }
  | { readonly kind: 'locked'; readonly owner: string };
