import type { Json, JsonObject } from '../../model/json/json.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { VendorSession } from '../provider.ts';
import { isVendorError, VendorError } from '../../model/errors/vendor-error.ts';
import { expectList, expectNewId, expectServer } from '../http/session.ts';
import type { SendRequest } from '../http/session.ts';
import { toList, toServer } from './convert.ts';

/** The path of the API below the base URL. */
export const apiPath = ['v1', 'mcp', 'server'] as const;

/**
 * LiteLLM's calls. The list is complete in one answer. A PUT has the id in its body, and so does a POST, which sets it.
 * A PUT of the name without the alias changes the alias, which is the prefix of tools, so the current alias is always
 * sent [run].
 */
export function liteLlmSession(send: SendRequest, connection: string): VendorSession {
  const aliases = new Map<string, Json | undefined>();
  const noted = (server: LiveServer): LiveServer => {
    aliases.set(server.id, server.fields['alias']);
    return server;
  };

  async function list(): Promise<readonly LiveServer[]> {
    const answer = await send({ operation: 'list', path: apiPath });
    const { servers, isWhole } = expectList(toList(answer), connection);
    if (!isWhole && (servers.length > 0 || !(await isAdministrator()))) throw notAll(connection);
    return servers.map(noted);
  }

  /**
   * For an empty list: other keys also get an empty list, so a call that only an administrator may make shows which it
   * is [run].
   */
  async function isAdministrator(): Promise<boolean> {
    try {
      await send({ operation: 'list', path: [...apiPath, 'submissions'] });
      return true;
    } catch (error) {
      if (isVendorError(error) && error.status === 403) return false;
      throw error;
    }
  }

  async function withAlias(id: string, body: JsonObject): Promise<JsonObject> {
    if (body['server_name'] === undefined || body['alias'] !== undefined) return body;
    if (!aliases.has(id)) await list();
    const alias = aliases.get(id);
    // Without an alias, the name is the prefix, and the new name becomes the alias.
    return alias === undefined || alias === null ? body : { ...body, alias };
  }

  return {
    async *list() {
      yield await list();
    },
    async get(id) {
      const answer = await send({ operation: 'get', path: [...apiPath, id], server: id });
      return noted(expectServer(toServer(answer), 'get', id, connection));
    },
    async put(id, body, secrets) {
      const whole = { ...(await withAlias(id, body)), server_id: id };
      const answer = await send({
        operation: 'put',
        path: apiPath,
        body: whole,
        secrets,
        server: id,
      });
      return noted(expectServer(toServer(answer), 'put', id, connection));
    },
    async create({ server, nonce, body, secrets, before }) {
      const whole = { ...body, server_id: nonce };
      const request = {
        operation: 'create',
        path: apiPath,
        body: whole,
        secrets,
        server,
        before,
      } as const;
      const created = toServer(await send(request));
      const id = expectNewId(created?.id === nonce ? nonce : undefined, connection);
      return { id, ...(created && { server: noted(created) }) };
    },
    async remove(id) {
      await send({ operation: 'delete', path: [...apiPath, id], server: id });
    },
  };
}

function notAll(connection: string): VendorError {
  const message =
    "the list does not show the servers' URLs, so the key is not a full administrator's and the list may be incomplete";
  return new VendorError('status', 'list', message, { status: 403, context: { connection } });
}
