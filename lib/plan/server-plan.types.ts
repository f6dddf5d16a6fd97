import type { FoundByName } from '../lifecycle/protocol.ts';
import type { DesiredServer, InvalidServer } from '../model/desired.types.ts';
import type { FieldTable } from '../model/field-table.types.ts';
import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import type { AttemptKey, Pause, ServerRecord, Time } from '../model/ledger.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { NewServerList } from './lifecycle/creation-plan.ts';
import type { DiffInputs, FieldVerdict } from './diff/diff.types.ts';
import type { Asking } from './due.ts';
import type { PlannedServer } from './plan.types.ts';

/** A declared server, valid or not. */
export type Declared =
  | { readonly valid: true; readonly server: DesiredServer }
  | { readonly valid: false; readonly server: InvalidServer };

/** What the plans of all servers of a connection depend on. */
export interface PlanContext extends Asking {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly keys: FingerprintKeys;
  readonly secretVersions: ReadonlyMap<string, string>;
  /** Version of the secret that the connection signs in with, where it is known. */
  readonly credential?: string | undefined;
  /** Whether the user's command also changes servers in mode `report`. */
  readonly includeReport: boolean;
  /** For servers that Trueup creates and deletes; absent if there are none. */
  readonly lifecycle?: LifecycleContext;
}

/** What the plan of a server that Trueup creates or deletes depends on. */
export interface LifecycleContext {
  readonly connection: string;
  readonly table: FieldTable;
  /** This deployment, as in `Binding.stack`. */
  readonly stack: string;
}

/** What the plan of one server depends on in addition. */
export interface ServerInputs {
  readonly declared: Declared;
  /** Absent if the vendor does not have it. */
  readonly live?: LiveServer | undefined;
  readonly record?: ServerRecord | undefined;
  readonly pause?: Pause | undefined;
  /** Whether a GET read the fields that the list omits. */
  readonly isRead?: boolean | undefined;
  readonly resend: DiffInputs['resend'];
  /** For a server that does not exist yet. */
  readonly list?: NewServerList | undefined;
}

/** A server's plan, with what apply and the ledger need. */
export interface ServerPlan {
  readonly planned: PlannedServer;
  readonly inSyncAs?: 'inSync' | 'assumed' | undefined;
  readonly verdicts: readonly FieldVerdict[];
  /** `attemptKey`. A function, because only servers with a backoff or failure need it. */
  readonly key: () => AttemptKey;
  /** The current record, or an empty one. */
  readonly record: ServerRecord;
  /** When a GET of this pass read the fields that the list omits. */
  readonly readAt?: Time | undefined;
  /** What to write for its label, whatever is sent. */
  readonly label?: LabelWork | undefined;
}

/** What a pass found that the label's items do not have yet. */
export type LabelWork =
  | { readonly kind: 'settle'; readonly begunAt: number; readonly found: FoundByName }
  | { readonly kind: 'removal'; readonly isThere: boolean }
  | { readonly kind: 'already-gone' }
  | { readonly kind: 'connected' };
