import type { ChangeRecord } from '../model/history.types.ts';
import type { PassReport, Reason } from '../model/ledger.types.ts';
import type { Plan } from '../plan/plan.types.ts';

/** What Trueup announces. The adapter gives each its documented, versioned shape. */
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
      /** Where a person has to consent before it works, if the gateway said so. */
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

/** Where events go, at best effort: a bus that fails never fails a pass. */
export interface Announcer {
  announce(events: readonly TrueupEvent[]): Promise<void>;
}

/** Used where there is no bus: what happened is in the ledger's history. */
export const noAnnouncer: Announcer = { announce: async () => undefined };
