import type { GatewayFacts, Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { apiPath, alloySession } from './client.ts';
import { accessIn } from './convert.ts';
import { alloyFields } from './fields.ts';

/** The limit is 100 per minute for each key [doc], in a sliding window; the rest is for other users of the key. */
const requestsPerMinute = 80;

const facts: GatewayFacts = {
  knownBy: 'its documentation; not tested against the real gateway',
  leftOut: 'They stay. Within `restrictions`, a section that is left out is no longer restricted',
  masks: 'none',
  conflicts: 'A name that another server of the user has. The status is not documented',
  rateLimit: '100 requests per minute for each key, then 429 without `Retry-After`',
  absent: '404',
};

/** Alloy: `https://mcp.runalloy.com` [doc]. A connection's `userId` is sent with every request. */
export function createAlloy(http: HttpClient): Provider {
  const owner = { name: 'alloy', documentedHosts: ['mcp.runalloy.com'] };
  return {
    ...owner,
    table: alloyFields,
    requestsPerMinute,
    apiPath,
    facts,
    open: (connection, inputs) => {
      const { userId } = connection;
      const headers = userId === undefined ? {} : { 'x-alloy-userid': userId };
      return alloySession(
        openHttpSession(http, owner, connection, inputs, headers, accessIn),
        connection.name,
      );
    },
  };
}
