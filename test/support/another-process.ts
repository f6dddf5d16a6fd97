import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { wireOf } from './hang-wire.ts';
import type { TestWorld } from './world.ts';

/** Larger answers are not taken. */
const maxBytes = 64 * 1024;

/**
 * Another process of the same deployment, on the clock of the world. What its gateways and issuers leave without an answer has
 * timed out at once. Its events go to the bus too.
 */
export function anotherProcess(
  world: TestWorld,
  allowedHosts = world.settings.allowedHosts,
): Dependencies {
  const { events, clock, hangs } = world;
  const random = () => 0;
  const wired = world.wire();
  const hosts = { allowed: parseAllowedHosts(allowedHosts), trustDocumentedHosts: false };
  const http = createHttpClient({ hosts, clock, random, wire: wireOf(hangs, maxBytes) });
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
