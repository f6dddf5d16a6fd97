import type { Caller } from '../model/history.types.ts';
import type { PassReport } from '../model/ledger.types.ts';
import type { Outcome, Trigger } from '../model/outcome.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Earlier } from './read/earlier.ts';

/** A request for a pass. */
export interface PassRequest {
  readonly connection: string;
  readonly trigger: Trigger;
  /** The user who ran the command, for the history; absent for an unattended pass. */
  readonly caller?: Caller;
  /** At most ten server ids; absent means all. */
  readonly servers?: readonly string[];
  /** Present if a user reviewed a plan. */
  readonly attended?: Attended;
  /** When the process ends, in milliseconds since the epoch: nothing is started that could take longer. */
  readonly deadline?: number;
  /** Names of secrets that changed. Their versions are read one by one, because a list may be minutes old. */
  readonly secrets?: readonly string[];
  /** The number of continuations in a row; absent if it is not a continuation. */
  readonly hops?: number;
  /** Aborts to stop the pass: requests in progress are finished and recorded, and no more are started. */
  readonly stop?: AbortSignal;
}

/** What a user confirmed. */
export interface Attended {
  /** Hashes of the confirmed changes. Others are listed but not sent. */
  readonly shown: ReadonlySet<string>;
  /** Whether servers of mode `report` are sent too. */
  readonly includeReport: boolean;
  /** What the plan was made from; absent: everything is read under the lease. */
  readonly earlier?: Earlier;
  /** Whether the user confirmed the plan, which also approves its changes for the guard; `--yes` does not. */
  readonly approved: boolean;
  /** How long to wait for the lease, in milliseconds; a user's command does not knock. */
  readonly lockTimeoutMs: number;
  /** Called once for each owner of the lease while waiting. */
  readonly waiting?: (owner: string) => void;
  /** Called for each processed server, once its result is recorded. */
  readonly recorded?: (id: string, outcome: Outcome) => void;
}

/**
 * The result. `knocked`: the process that owns the lease will run the pass; `locked`: a user's command did not get the
 * lease in time.
 */
export type PassResult =
  | {
      readonly kind: 'done';
      readonly report: PassReport;
      readonly plan?: Plan;
      /** Reports of further passes for others under the same lease. */
      readonly others: readonly PassReport[];
    }
  | { readonly kind: 'knocked' }
  | { readonly kind: 'locked'; readonly owner: string };
