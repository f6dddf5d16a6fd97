import type { Json, JsonObject } from '../../model/json/json.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { VendorSession } from '../provider.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { CursorPage } from '../http/paging.ts';
import { walkCursors } from '../http/paging.ts';
import { expectList, expectNewId, expectServer } from '../http/session.ts';
import type { SendRequest } from '../http/session.ts';
import { masksIn, toPage, toServer } from './convert.ts';

export const pageSize = 100;
/** The path of the API below the base URL. */
export const apiPath = ['v1', 'gateways'] as const;

/**
 * ContextForge's calls. A PUT without the credential erases it. So if the body has no new one, the mask that the
 * gateway shows is sent back, which keeps the stored credential [run].
 */
export function contextForgeSession(send: SendRequest, connection: string): VendorSession {
  const masks = new Map<string, Secret | null | undefined>();
  const noted = (answer: Json): Json => {
    for (const [id, mask] of masksIn(answer)) masks.set(id, mask);
    return answer;
  };

  async function readPage(cursor: string | undefined): Promise<CursorPage> {
    // Without these parameters the list ends at 50 entries and omits disabled gateways [run].
    const query = {
      include_pagination: 'true',
      include_inactive: 'true',
      limit: String(pageSize),
      ...(cursor !== undefined && { cursor }),
    };
    const answer = await send({ operation: 'list', path: apiPath, query });
    return expectList(toPage(noted(answer)), connection, 'gateways');
  }

  async function get(id: string): Promise<LiveServer> {
    const answer = await send({ operation: 'get', path: [...apiPath, id], server: id });
    return expectServer(toServer(noted(answer)), 'get', id, connection);
  }

  /** If no stored credential is known, the gateway is read right before the PUT, because one may have been added since. */
  async function keeping(id: string, body: JsonObject): Promise<JsonObject> {
    if (decidesCredential(body)) return body;
    if (!masks.get(id)) await get(id);
    const mask = masks.get(id);
    if (mask === null) return body;
    if (mask !== undefined) return { ...body, authToken: mask.reveal() };
    const why =
      'the gateway does not show whether a credential is stored, which the PUT could erase';
    throw new VendorError('body', 'get', why, { context: { connection, server: id } });
  }

  return {
    list: () => walkCursors(readPage, connection),
    get,
    async put(id, body, secrets) {
      const whole = await keeping(id, body);
      const path = [...apiPath, id];
      const answer = await send({ operation: 'put', path, body: whole, secrets, server: id });
      return expectServer(toServer(noted(answer)), 'put', id, connection);
    },
    async create({ server, body, secrets, before }) {
      const request = {
        operation: 'create',
        path: apiPath,
        body,
        secrets,
        server,
        before,
      } as const;
      const created = toServer(noted(await send(request)));
      return { id: expectNewId(created?.id, connection), ...(created && { server: created }) };
    },
    async remove(id) {
      await send({ operation: 'delete', path: [...apiPath, id], server: id });
    },
  };
}

/** Whether a body sets or removes the credential. */
function decidesCredential({ authType, authToken, authPassword }: JsonObject): boolean {
  return authToken !== undefined || authPassword !== undefined || authType === 'none';
}
