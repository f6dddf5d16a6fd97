import type { Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { contextForgeSession } from './client.ts';
import { credentialsIn } from './convert.ts';
import { contextForgeFields } from './fields.ts';

/** 100 a minute by default; five refusals are a lockout of 15 minutes [run]. */
const requestsPerMinute = 60;

/**
 * ContextForge, self-hosted: it has no documented hosts. A PUT calls the MCP server behind the gateway, for up to 30 s, and
 * answers 502 where that fails [run].
 */
export function createContextForge(http: HttpClient): Provider {
  const owner = {
    name: 'contextforge',
    documentedHosts: [],
    putPatience: 3,
    upstreamStatuses: [502],
  };
  return {
    ...owner,
    table: contextForgeFields,
    requestsPerMinute,
    open: (connection, inputs) =>
      contextForgeSession(
        openHttpSession(http, owner, connection, inputs, {}, credentialsIn),
        connection.name,
      ),
  };
}
