import type { GatewayFacts, Provider } from '../provider.ts';
import type { HttpClient } from '../http/client.ts';
import { openHttpSession } from '../http/session.ts';
import { apiPath, liteLlmSession } from './client.ts';
import { clearTextIn, isNameTaken, isRepeated } from './convert.ts';
import { liteLlmFields } from './fields.ts';

/** There is no limit by default [run]; this is five calls per second. A connection's `budget` overrides it. */
const requestsPerMinute = 300;

/** As observed with version 1.105.7 [run]. */
const facts: GatewayFacts = {
  knownBy: "running version 1.105.7, with a replacement for Prisma's query engine",
  leftOut:
    'They stay, except those of the OAuth flow when `url`, `auth_type` or `issuer` changes, and `alias` when `server_name` changes: Trueup sends them again',
  masks: 'none: a hidden value is null or left out',
  conflicts: '400 for a name or an alias that another server has, ignoring case',
  rateLimit: 'none by default',
  absent:
    '404. A key that is not an administrator’s gets an empty list with 200, which Trueup refuses',
};

/**
 * LiteLLM is self-hosted, so it has no documented hosts. A PUT does not call the MCP server; a GET waits up to 10 s for
 * one that stalls [run].
 */
export function createLiteLlm(http: HttpClient): Provider {
  const owner = { name: 'litellm', documentedHosts: [], isConflict: isNameTaken, isRepeated };
  return {
    ...owner,
    table: liteLlmFields,
    requestsPerMinute,
    apiPath,
    hasSlowGet: true,
    facts,
    open: (connection, inputs) =>
      liteLlmSession(
        openHttpSession(http, owner, connection, inputs, {}, clearTextIn),
        connection.name,
      ),
  };
}
