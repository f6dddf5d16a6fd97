import type { FoundByName } from '../lifecycle/protocol.ts';
import type { DesiredServer, InvalidServer } from '../model/desired.types.ts';
import type { FieldTable } from '../model/field-table.types.ts';
import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import type { AttemptKey, Pause, ServerRecord, Time } from '../model/ledger.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { NewServerList } from './lifecycle/creation-plan.ts';
import type { DiffInputs, FieldVerdict } from './diff.types.ts';
import type { Asking } from './due.ts';
import type { PlannedServer } from './plan.types.ts';

/** A declared server, parsed or not. */
export type Declared =
  | { readonly valid: true; readonly server: DesiredServer }
  | { readonly valid: false; readonly server: InvalidServer };

/** What the plan of each server of a connection depends on alike. */
export interface PlanContext extends Asking {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly keys: FingerprintKeys;
  readonly secretVersions: ReadonlyMap<string, string>;
  /** Version of the secret that the connection signs in with, where it is known. */
  readonly credential?: string | undefined;
  /** Whether the person who asks also means servers of mode `report`. */
  readonly includeReport: boolean;
  /** Of servers that Trueup creates and deletes; absent where there are none. */
  readonly lifecycle?: LifecycleContext;
}

/** What servers that come and go are planned with. */
export interface LifecycleContext {
  readonly connection: string;
  readonly table: FieldTable;
  /** This deployment, as bindings have it. */
  readonly stack: string;
}

/** What it depends on of its own. */
export interface ServerInputs {
  readonly declared: Declared;
  /** Absent: the vendor does not have it. */
  readonly live?: LiveServer | undefined;
  readonly record?: ServerRecord | undefined;
  readonly pause?: Pause | undefined;
  /** Whether a GET said what the list leaves out. */
  readonly isRead?: boolean | undefined;
  readonly resend: DiffInputs['resend'];
  /** Of a server that does not exist yet. */
  readonly list?: NewServerList | undefined;
}

/** A server's plan, and what apply and the ledger need of it. */
export interface ServerPlan {
  readonly planned: PlannedServer;
  readonly inSyncAs?: 'inSync' | 'assumed' | undefined;
  readonly verdicts: readonly FieldVerdict[];
  /** `attemptKey`. Only backoff and failures ask for it, and of a fleet few servers have them. */
  readonly key: () => AttemptKey;
  /** The current record, or the empty one. */
  readonly record: ServerRecord;
  /** When a GET said what the list leaves out, if it did in this pass. */
  readonly readAt?: Time | undefined;
  /** What is to be written of its label, whatever is sent. */
  readonly label?: LabelWork | undefined;
}

/** What a pass found that its label's items do not say yet. */
export type LabelWork =
  | { readonly kind: 'settle'; readonly begunAt: number; readonly found: FoundByName }
  | { readonly kind: 'removal'; readonly isThere: boolean }
  | { readonly kind: 'already-gone' };
