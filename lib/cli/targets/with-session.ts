import type { Credentials } from '../../sign-in/credentials.ts';
import type { Dependencies } from '../../pass/dependencies.types.ts';
import { openSession } from '../../pass/vendor.ts';
import type { VendorCalls, VendorSession } from '../../gateways/provider.ts';
import type { DesiredState } from '../../pass/read/desired.ts';
import { readersGate } from '../../pass/readers-gate.ts';
import { readConnection } from './read-connection.ts';

/**
 * Reads from a connection's vendor within the tenth of the budget that is reserved for commands. The lease is taken
 * only to renew a sign-in.
 *
 * @throws InvalidDeclarationError if there is no valid connection row
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
  const signal = AbortSignal.any([abort.signal, stop]);
  const gate = readersGate(desired.connection, deps, signal);
  try {
    const { session, credentials } = openSession(desired, deps, calls, signal, gate);
    return await work(session, desired, credentials);
  } finally {
    abort.abort();
  }
}
