import { Credentials } from './credentials.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { VendorCalls, VendorSession } from './ports/provider.ts';
import type { DesiredState } from './read-desired.ts';

/** A conversation with the vendor, and the credentials that it uses. */
export interface OpenSession {
  readonly session: VendorSession;
  readonly credentials: Credentials;
}

/** Opens the session of a connection; nothing is sent yet. */
export function openSession(
  { connection, provider }: DesiredState,
  deps: Dependencies,
  calls: VendorCalls,
  signal: AbortSignal,
): OpenSession {
  const credentials = new Credentials(connection, deps.secrets, deps.credentials);
  const session = provider.open(connection, {
    token: (options) => credentials.token(options),
    admit: async () => undefined,
    calls,
    signal,
  });
  return { session, credentials };
}
