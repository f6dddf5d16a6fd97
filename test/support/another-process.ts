import { wire } from '../../lib/wiring.ts';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import type { TestWorld } from './world.ts';

/**
 * Another process of the same deployment, which does not wait between repetitions, and takes answers of 64 KB at most.
 * Its events go to the bus too.
 *
 * @param timeoutMs - how long it waits for an answer
 */
export function anotherProcess(world: TestWorld, timeoutMs: number): Dependencies {
  const { settings, endpoints, log, events } = world;
  const clock: Clock = {
    ...world.clock,
    // what is longer is no repetition, but the renewal of a lease
    sleep: (ms, signal) => world.clock.sleep(ms >= 10_000 ? ms : Math.min(ms, 2), signal),
  };
  const random = () => 0;
  const wired = wire(settings, log, { endpoints, clock, random });
  const hosts = { allowed: parseAllowedHosts(settings.allowedHosts), trustDocumentedHosts: false };
  const http = createHttpClient({ hosts, clock, random, timeoutMs, maxBytes: 64 * 1024 });
  return {
    ...wired,
    providers: createProviders(http),
    tokens: createTokenExchange({ http, clock }),
    announcer: {
      announce: async (some) => {
        events.push(...some);
        await wired.announcer.announce(some);
      },
    },
  };
}
