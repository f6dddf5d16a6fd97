import type { ChangeRecord } from '../model/history.types.ts';
import type { PassReport, Reason } from '../model/ledger.types.ts';
import type { Plan } from '../plan/plan.types.ts';

/** The events that Trueup publishes. The adapter converts them to their documented, versioned form. */
export type TrueupEvent =
  | { readonly type: 'Server Updated'; readonly connection: string; readonly change: ChangeRecord }
  | {
      readonly type: 'Drift Detected';
      readonly connection: string;
      readonly pass: string;
      readonly server: string;
      readonly label?: string;
      readonly pointers: readonly string[];
    }
  | {
      readonly type: 'Update Failed';
      readonly connection: string;
      readonly pass: string;
      readonly server: string;
      readonly label?: string;
      readonly outcome: string;
      readonly reason: Reason;
    }
  | {
      readonly type: 'Server Created';
      readonly connection: string;
      readonly pass: string;
      readonly server: string;
      readonly label?: string;
      /** Where a user has to consent before it works, if the gateway returned a URL. */
      readonly consentUrl?: string;
    }
  | {
      readonly type: 'Server Deleted';
      readonly connection: string;
      readonly pass: string;
      readonly server: string;
      readonly label?: string;
    }
  | {
      readonly type: 'Server Unsure';
      readonly connection: string;
      readonly pass: string;
      readonly server: string;
      readonly label?: string;
      readonly reason: Reason;
    }
  | {
      readonly type: 'Plan Held';
      readonly connection: string;
      readonly pass: string;
      readonly digest: string;
      readonly guard: Plan['guard'];
    }
  | { readonly type: 'Pass Completed'; readonly report: PassReport };

/** Publishes events. Best effort: a failing bus never fails a pass. */
export interface Announcer {
  announce(events: readonly TrueupEvent[]): Promise<void>;
}

/** Used if there is no bus; the ledger's history has what happened. */
export const noAnnouncer: Announcer = { announce: async () => undefined };
