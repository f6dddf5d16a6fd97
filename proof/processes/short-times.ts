import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import { systemClock } from '../../lib/wiring.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { ReconcileSettings } from '../../lib/lease/settings.types.ts';

/** A pass's times, short enough to wait for, long enough for a busy machine. */
export const shortTimes: ReconcileSettings = {
  leaseMs: 3000,
  renewMs: 500,
  marginMs: 300,
  attemptMs: 1000,
};

/** The same wiring in real time, as another owner with other times: what an attempt may take is the HTTP client's to keep. */
export function withTimes(
  deps: Dependencies,
  allowedHosts: string,
  owner: string,
  settings: ReconcileSettings = shortTimes,
): Dependencies {
  const clock = {
    ...deps.clock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
  };
  const http = createHttpClient({
    hosts: { allowed: parseAllowedHosts(allowedHosts), trustDocumentedHosts: false },
    clock,
    random: deps.random,
    timeoutMs: settings.attemptMs,
  });
  return {
    ...deps,
    providers: createProviders(http),
    credentials: new Map(),
    clock,
    settings,
    owner,
  };
}
