import type { PassReport } from '../core/ledger.types.ts';
import type { Trigger } from '../core/outcome.ts';
import type { Plan } from '../core/plan.types.ts';

/** What asks for a pass. */
export interface PassRequest {
  readonly connection: string;
  readonly trigger: Trigger;
  /** At most ten server ids; absent means all. */
  readonly servers?: readonly string[];
  /** Present if a person reviewed a plan: then mode `report` is applied too. */
  readonly attended?: Attended;
}

/** What a person agreed to at the terminal. */
export interface Attended {
  /** Hashes of the changes that were shown: others are listed, not sent. */
  readonly shown: ReadonlySet<string>;
  /** Whether it was confirmed, which approves the changes before the guard; `--yes` does not. */
  readonly approved: boolean;
}

/** What became of it. `busy`: somebody else reconciles the connection. */
export type PassResult =
  | { readonly kind: 'done'; readonly report: PassReport; readonly plan?: Plan }
  | { readonly kind: 'busy' };
