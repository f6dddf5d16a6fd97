import type { GatewayFacts, Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { apiPath, barndoorSession, pageSize } from './client.ts';
import { barndoorFields } from './fields.ts';

/** [guess] No limit is published; this is five calls per second. A connection's `budget` overrides it. */
const requestsPerMinute = 300;

const facts: GatewayFacts = {
  knownBy: 'its documentation; not tested against the real gateway',
  leftOut: 'They stay, and so do members of `meta`',
  masks: '`client_id` in the registry API, such as `ab...yz`; a mask that is sent back is ignored',
  conflicts: '409 for a name (ignoring case and outer white space) or a slug that is in use',
  rateLimit: 'none published',
  absent: '404',
};

/** Barndoor: `https://{organization}.platform.barndoor.ai`, `https://{organization}.mcp.barndoor.ai` [doc]. */
export function createBarndoor(http: HttpClient): Provider {
  const owner = {
    name: 'barndoor',
    documentedHosts: [
      '*.platform.barndoor.ai',
      '*.mcp.barndoor.ai',
      'platform.barndoor.ai',
      // The token issuer that Barndoor's own client uses [doc].
      'auth.barndoor.ai',
    ],
  };
  return {
    ...owner,
    table: barndoorFields,
    requestsPerMinute,
    apiPath,
    serversOnPage: pageSize,
    facts,
    open: (connection, inputs) =>
      barndoorSession(openHttpSession(http, owner, connection, inputs), connection, inputs.known),
  };
}
