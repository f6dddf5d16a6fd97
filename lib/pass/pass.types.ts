import type { PassReport } from '../model/ledger.types.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Lease } from '../lease/lease.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { PassRequest } from './request.types.ts';
import type { Tally } from './tally.ts';

/** What the steps of one pass share. Only the tally changes. */
export interface Pass {
  readonly request: PassRequest;
  readonly deps: Dependencies;
  readonly lease: Lease;
  readonly tally: Tally;
  /** Aborts all requests. */
  readonly abort: AbortController;
}

/** The result of one pass. */
export interface PassDone {
  readonly report: PassReport;
  readonly plan?: Plan;
  /** The lease was lost or the deadline reached before everything was done. */
  readonly interrupted: boolean;
  /** It was interrupted, and a continuation would make no progress, so the rest waits for the schedule. */
  readonly waits: boolean;
  /** Servers that were not processed; absent if they are not known. */
  readonly unreached?: readonly string[];
}
