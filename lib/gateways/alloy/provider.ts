import type { GatewayFacts, Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { alloySession } from './client.ts';
import { accessIn } from './convert.ts';
import { alloyFields } from './fields.ts';

/** 100 a minute for each key [doc], in a sliding window: the rest is for the key's other users. */
const requestsPerMinute = 80;

const facts: GatewayFacts = {
  knownBy: 'its documentation; never run against it',
  leftOut: 'They stay. Within `restrictions`, a section that is left out is no longer restricted',
  masks: 'none',
  conflicts: 'A name that another server of the user has; the status is not documented',
  rateLimit: '100 requests a minute for each key, then 429 without `Retry-After`',
  absent: '404',
};

/** Alloy: `https://mcp.runalloy.com` [doc]. A connection's `userId` goes with every request. */
export function createAlloy(http: HttpClient): Provider {
  const owner = { name: 'alloy', documentedHosts: ['mcp.runalloy.com'] };
  return {
    ...owner,
    table: alloyFields,
    requestsPerMinute,
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
