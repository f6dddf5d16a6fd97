import type { PassEnd, Pause, Reason, Time } from '../../model/ledger.types.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { Approval } from '../../ledger/ledger.types.ts';
import type { FailingConnection, NextAttempt } from '../../plan/due.ts';
import type { Cause, Mode, Outcome, OutcomeCounts, Trigger } from '../../model/outcome.ts';

/** A declared server, as the ledger knows it. */
export interface ServerStatus extends NextAttempt {
  readonly id: string;
  readonly label?: string;
  /** `unseen`: no pass has recorded anything of it yet. */
  readonly outcome: Outcome | 'unseen';
  /** Since when; of `assumed`, since when it could not be read. */
  readonly since?: Time;
  /** Generation of the declaration that was last acted on, and the declared one. */
  readonly generation?: number;
  readonly declaredGeneration?: number;
  readonly reason?: Reason;
  /** Why fields of it were changed within a day; absent if none were. */
  readonly causes?: readonly Cause[];
  /** Where a person has to consent when Trueup created it. */
  readonly consentUrl?: string;
  /** Fields that were corrected three times or more within a day; absent if there are none. */
  readonly fights?: readonly Fight[];
}

/** A field that another tool, or a person, changes at the gateway again and again. */
export interface Fight {
  readonly pointer: Pointer;
  /** When it was corrected, in order. */
  readonly times: readonly Time[];
}

/** A connection with its servers: what `--output json` prints. */
export interface ConnectionStatus extends FailingConnection {
  readonly connection: string;
  readonly provider?: string;
  readonly mode?: Mode;
  /** How the last pass ended; `unseen` before the first. */
  readonly state: PassEnd | 'unseen';
  readonly reason?: Reason;
  readonly lastPass?: {
    readonly pass: string;
    readonly at: Time;
    readonly trigger: Trigger;
    readonly durationMs: number;
  };
  /** Who has the lease; absent where it is free. */
  readonly lease?: {
    readonly owner: string;
    /**
     * `owned`: that process reconciles the connection now; `ended`: it has ended, and never released the lease; `expired`: it did
     * not renew it in time. The next pass takes over what is not `owned`.
     */
    readonly state: 'owned' | 'ended' | 'expired';
    readonly since?: Time;
    readonly expiresAt: Time;
  };
  readonly pauses: readonly Pause[];
  /** Digests of plans that the guard holds, and that are not approved. */
  readonly held: readonly string[];
  /** Approvals in force: what they permit is sent when a pass comes to it. */
  readonly approved: readonly (Pick<Approval, 'digest' | 'at' | 'by'> & {
    /** When a change was last sent that it permits. */
    readonly usedAt?: Time;
  })[];
  readonly counts: OutcomeCounts & { readonly unseen: number };
  /** Live servers that are not declared, as the last full pass counted them; absent if it is not known. */
  readonly undeclared?: number;
  readonly servers: readonly ServerStatus[];
}
