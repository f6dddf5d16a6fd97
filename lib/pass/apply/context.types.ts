import type { DesiredServer } from '../../model/desired.types.ts';
import type { FieldTable } from '../../model/field-table.types.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import type { Lease } from '../../lease/lease.ts';
import type { Dependencies } from '../dependencies.types.ts';
import type { InterruptedError } from '../../lease/interruption.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import type { Log } from '../../model/runtime.types.ts';
import type { PassRequest } from '../request.types.ts';
import type { Tally } from '../tally.ts';
import type { Readings } from '../read/readings.types.ts';
import type { SecretValues } from './secret-values.ts';
import type { Stops } from './stops.ts';

/** A server that apply changes. */
export interface ServerWork {
  readonly server: DesiredServer;
  readonly plan: ServerPlan;
  readonly live: LiveServer;
  /** What to send, as allowed by mode, guard and the user's confirmation. */
  readonly changes: readonly FieldChange[];
  /** Whether the guard holds other changes of the server. */
  readonly held: boolean;
}

/** What applying one server and recording its result depends on. */
export interface ApplyContext {
  readonly request: PassRequest;
  readonly deps: Dependencies;
  readonly lease: Lease;
  readonly tally: Tally;
  readonly session: VendorSession;
  readonly table: Pick<FieldTable, 'dropsPuts'>;
  /** What the plan was made from. */
  readonly seen: Readings;
  readonly secrets: SecretValues;
  readonly stops: Stops;
  /** Digest of the approval that allows a change, by the change's hash. */
  readonly approvals: ReadonlyMap<string, string>;
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly keys: FingerprintKeys;
  readonly log: Log;
}

/** Callbacks for the other servers of the pass. */
export interface TurnEnds {
  readonly isOver: () => boolean;
  /** The connection failed, the lease was lost, or the deadline was reached. */
  readonly end: (error: VendorError | InterruptedError) => void;
  /** Sends the declared state to a server, and records the result. */
  readonly update: (work: ServerWork) => Promise<void>;
}
