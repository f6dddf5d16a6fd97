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
  /** Ends all requests. */
  readonly abort: AbortController;
}

/** What became of one pass. */
export interface PassDone {
  readonly report: PassReport;
  readonly plan?: Plan;
  /** The lease or the time ended before it had done everything. */
  readonly interrupted: boolean;
  /** It was interrupted, and a continuation would come no further: the rest waits for the schedule. */
  readonly waits: boolean;
  /** Servers that it did not come to; absent if that is not known by name. */
  readonly unreached?: readonly string[];
}
