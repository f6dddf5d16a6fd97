import { Credentials } from './credentials.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { VendorCalls, VendorSession } from './ports/provider.ts';
import type { DesiredState } from './read-desired.ts';

/** A conversation with the vendor, and the credentials that it uses. */
export interface OpenSession {
  readonly session: VendorSession;
  readonly credentials: Credentials;
}

/**
 * Opens the session of a connection; nothing is sent yet.
 *
 * @param assertHeld - throws unless the lease is held: without it no refresh token is exchanged
 */
export function openSession(
  { connection, provider }: DesiredState,
  deps: Dependencies,
  calls: VendorCalls,
  signal: AbortSignal,
  assertHeld: () => void,
): OpenSession {
  const credentials = new Credentials(connection, provider, deps, signal, assertHeld);
  const session = provider.open(connection, {
    token: (options) => credentials.token(options),
    admit: async () => undefined,
    calls,
    signal,
  });
  return { session, credentials };
}
