import type { PassEnd, Reason } from '../model/ledger.types.ts';
import { InterruptedError } from '../lease/interruption.ts';
import { isVendorError, vendorProblem } from '../model/errors/vendor-error.ts';
import type { VendorError } from '../model/errors/vendor-error.ts';

/**
 * Why a pass ended before all servers were processed. A value and not an error, so that the results so far are
 * reported.
 */
export interface Ending {
  readonly state: Exclude<PassEnd, 'ok'>;
  readonly reason: Reason;
  /** Absent if it ended before any request to the vendor. */
  readonly error?: VendorError | InterruptedError;
}

/** The ending for an error of the connection, the lease or the process. Rethrows any other error. */
export function endingBy(error: unknown): Ending {
  if (error instanceof InterruptedError) return ending('interrupted', error);
  if (!isVendorError(error)) throw error;
  return ending(error.kind === 'needs-login' ? 'needs-login' : 'unreachable', error);
}

function ending(state: Ending['state'], error: VendorError | InterruptedError): Ending {
  const message = isVendorError(error) ? vendorProblem(error) : error.message;
  return { state, reason: { code: error.code, message }, error };
}
