import { createHttpClient } from '../../../gateways/http/client.ts';
import { createProviders } from '../../../gateways/gateways.ts';
import type { Provider } from '../../../gateways/provider.ts';
import { systemClock } from '../../../wiring.ts';

/** All providers for offline use: their field tables only, requests fail. */
export function offlineProviders(): ReadonlyMap<string, Provider> {
  return createProviders(
    createHttpClient({
      hosts: { allowed: [], trustDocumentedHosts: false },
      clock: systemClock,
      random: Math.random,
      timeoutMs: 1,
    }),
  );
}
