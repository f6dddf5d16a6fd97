import type { Credentials } from '../../sign-in/credentials.ts';
import type { Dependencies } from '../../pass/dependencies.types.ts';
import { openSession } from '../../pass/vendor.ts';
import type { VendorCalls, VendorSession } from '../../gateways/provider.ts';
import type { DesiredState } from '../../pass/read/desired.ts';
import { readOnlyGate } from '../../lease/read-only-gate.ts';
import { readConnection } from './read-connection.ts';

/**
 * Reads from a connection's vendor, within the tenth of the connection's budget that is kept for it, without its lease.
 *
 * @throws InvalidDeclarationError if there is no connection row that fits
 */
export async function withSession<T>(
  connection: string,
  deps: Dependencies,
  stop: AbortSignal,
  work: (session: VendorSession, desired: DesiredState, credentials: Credentials) => Promise<T>,
): Promise<T> {
  const desired = await readConnection(connection, deps);
  const abort = new AbortController();
  const calls: VendorCalls = { list: 0, get: 0, put: 0 };
  const gate = readOnlyGate(desired.connection.budget, deps.clock);
  try {
    const signal = AbortSignal.any([abort.signal, stop]);
    const { session, credentials } = openSession(desired, deps, calls, signal, gate);
    return await work(session, desired, credentials);
  } finally {
    abort.abort();
  }
}
