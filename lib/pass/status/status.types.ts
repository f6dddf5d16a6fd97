import type { PassEnd, Pause, Reason, Time } from '../../model/ledger.types.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { Approval } from '../../ledger/ledger.types.ts';
import type { FailingConnection, NextAttempt } from '../../plan/due.ts';
import type { Cause, Mode, Outcome, OutcomeCounts, Trigger } from '../../model/outcome.ts';

/** A declared server with its state in the ledger. */
export interface ServerStatus extends NextAttempt {
  readonly id: string;
  readonly label?: string;
  /** `unseen`: no pass has recorded anything about it yet. */
  readonly outcome: Outcome | 'unseen';
  /** Since when it has the outcome; for `assumed`, since when it could not be read. */
  readonly since?: Time;
  /** Generation of the declaration that was last acted on, and the declared one. */
  readonly generation?: number;
  readonly declaredGeneration?: number;
  readonly reason?: Reason;
  /** Causes of its changes within a day; absent if there were none. */
  readonly causes?: readonly Cause[];
  /** Where a user has to consent to a server that Trueup created. */
  readonly consentUrl?: string;
  /** Fields that were corrected three times or more within a day; absent if there are none. */
  readonly fights?: readonly Fight[];
}

/** A field that another tool or a user repeatedly changes at the gateway. */
export interface Fight {
  readonly pointer: Pointer;
  /** When it was corrected, in order. */
  readonly times: readonly Time[];
}

/** A connection with its servers, as `--output json` prints it. */
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
  /** The owner of the lease; absent if it is free. */
  readonly lease?: {
    readonly owner: string;
    /**
     * `owned`: the process reconciles the connection now; `ended`: it has ended without releasing the lease; `expired`:
     * it did not renew the lease in time. If it is not `owned`, the next pass takes it over.
     */
    readonly state: 'owned' | 'ended' | 'expired';
    readonly since?: Time;
    readonly expiresAt: Time;
  };
  readonly pauses: readonly Pause[];
  /** Digests of held plans that are not approved. */
  readonly held: readonly string[];
  /** Valid approvals, whose changes the next pass sends. */
  readonly approved: readonly (Pick<Approval, 'digest' | 'at' | 'by'> & {
    /** When a change with this approval was last sent. */
    readonly usedAt?: Time;
  })[];
  readonly counts: OutcomeCounts & { readonly unseen: number };
  /** Number of undeclared live servers in the last full pass; absent if unknown. */
  readonly undeclared?: number;
  readonly servers: readonly ServerStatus[];
}
