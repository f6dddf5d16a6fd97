import type { LiveServer } from '../../core/live.types.ts';
import { VendorError } from '../../reconcile/ports/vendor-error.ts';

/**
 * The server that was asked for, or an error: a 200 may hold anything.
 *
 * @param converted - what the provider's convert made of the answer; undefined if it is no server
 * @throws VendorError (`body`)
 */
export function expectServer(
  converted: LiveServer | undefined,
  operation: 'get' | 'put',
  id: string,
  connection: string,
): LiveServer {
  if (converted?.id === id) return converted;
  const what = converted === undefined ? 'something that is no server' : 'another server';
  throw new VendorError('body', operation, `the vendor answered with ${what}`, {
    context: { connection, server: id },
  });
}
