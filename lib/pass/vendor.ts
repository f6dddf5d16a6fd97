import { Credentials } from '../sign-in/credentials.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { Gate } from '../lease/pass-gate.ts';
import type { VendorCalls, VendorSession } from '../reconcile/ports/provider.ts';
import type { Account } from './read/desired.ts';

/** A conversation with the vendor, and the credentials that it uses. */
export interface OpenSession {
  readonly session: VendorSession;
  readonly credentials: Credentials;
}

/**
 * Opens the session of a connection; nothing is sent yet.
 *
 * @param gate - asked before each request
 */
export function openSession(
  { connection, provider }: Account,
  deps: Dependencies,
  calls: VendorCalls,
  signal: AbortSignal,
  gate: Gate,
): OpenSession {
  const credentials = new Credentials(connection, provider, deps, signal, () => gate.assertMay());
  const session = provider.open(connection, {
    token: (options) => credentials.token(options),
    admit: () => gate.admit(signal),
    calls,
    signal,
  });
  return { session, credentials };
}
