import type { GatewayFacts, Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { apiPath, contextForgeSession, pageSize } from './client.ts';
import { credentialsIn, isUncreated } from './convert.ts';
import { contextForgeFields } from './fields.ts';

/** The limit is 100 per minute by default; five rejected requests lock the client out for 15 minutes [run]. */
const requestsPerMinute = 60;

/** As observed with version 1.1.0 [run]. */
const facts: GatewayFacts = {
  knownBy: 'running version 1.1.0',
  leftOut:
    'They stay, except the credential, which is erased: Trueup sends back the mask, which keeps it',
  masks:
    '`*****`, or the value of the setting `MASKED_AUTH_VALUE`; null if nothing is stored. Trueup takes it from each answer',
  conflicts:
    '409 for a name that differs from another only in case, spaces and punctuation, and for a URL with the same credential',
  rateLimit:
    '100 requests per minute, then 429; five rejected requests lock the client out for 15 minutes. Both are settings',
  absent: "404 for an administrator's token; 403 for any other, which also hides private gateways",
};

/**
 * ContextForge is self-hosted, so it has no documented hosts. A PUT calls the MCP server behind the gateway for up to
 * 30 s, and answers 502 if that fails [run].
 */
export function createContextForge(http: HttpClient): Provider {
  const owner = {
    name: 'contextforge',
    documentedHosts: [],
    putPatience: 3,
    upstreamStatuses: [502],
    isUncreated,
  };
  return {
    ...owner,
    table: contextForgeFields,
    requestsPerMinute,
    apiPath,
    serversOnPage: pageSize,
    facts,
    open: (connection, inputs) =>
      contextForgeSession(
        openHttpSession(http, owner, connection, inputs, {}, credentialsIn),
        connection.name,
      ),
  };
}
