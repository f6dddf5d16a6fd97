import type { JsonObject } from '../../core/json.types.ts';
import type { VendorOperation } from '../../reconcile/ports/vendor-error.ts';
import { VendorError } from '../../reconcile/ports/vendor-error.ts';

/** What `wait` gives, or a VendorError (`aborted`) as soon as `signal` aborts. */
export async function orAborted<T>(
  wait: Promise<T>,
  signal: AbortSignal,
  operation: VendorOperation,
  context: JsonObject,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () =>
    aborted.reject(new VendorError('aborted', operation, 'the pass ended', { context }));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([wait, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
