import type { Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { alloySession } from './client.ts';
import { accessIn } from './convert.ts';
import { alloyFields } from './fields.ts';

/** 100 a minute for each key [doc], in a sliding window: the rest is for the key's other users. */
const requestsPerMinute = 80;

/** Alloy: `https://mcp.runalloy.com` [doc]. A connection's `userId` goes with every request. */
export function createAlloy(http: HttpClient): Provider {
  const owner = { name: 'alloy', documentedHosts: ['mcp.runalloy.com'] };
  return {
    ...owner,
    table: alloyFields,
    requestsPerMinute,
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
