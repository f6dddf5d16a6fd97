import { isJsonObject } from '../../model/json/json.ts';
import type { Connection } from '../../model/desired.types.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { VendorSession } from '../provider.ts';
import type { Page } from '../http/paging.ts';
import { walkPages } from '../http/paging.ts';
import { expectList, expectNewId, expectServer } from '../http/session.ts';
import type { SendRequest } from '../http/session.ts';
import { consentAddress, toPage, toServer } from './convert.ts';

/** The maximum page size [doc]. */
export const pageSize = 100;
/** The path of the API below the base URL. */
export const apiPath = ['api', 'servers'] as const;

/** Barndoor's calls: a paged list, get, and a PUT that applies only the keys in its body [doc]. */
export function barndoorSession(
  send: SendRequest,
  { name: connection, budget }: Pick<Connection, 'name' | 'budget'>,
  known: KnownSecrets,
): VendorSession {
  async function readPage(at: number): Promise<Page> {
    const query = { page: String(at), limit: String(pageSize) };
    const answer = await send({ operation: 'list', path: apiPath, query });
    return expectList(toPage(answer, at), connection);
  }
  return {
    list: () => walkPages(1, readPage, connection, budget.concurrency),
    async get(id) {
      const answer = await send({ operation: 'get', path: [...apiPath, id], server: id });
      return expectServer(toServer(answer), 'get', id, connection);
    },
    async put(id, body, secrets) {
      const path = [...apiPath, id];
      const answer = await send({ operation: 'put', path, body, secrets, server: id });
      return expectServer(toServer(answer), 'put', id, connection);
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
      // The answer is `{id, connection_id, auth_url}`, so the server has to be read separately [doc].
      const answer = await send(request);
      const { id, auth_url: url } = isJsonObject(answer) ? answer : {};
      const consentUrl = consentAddress(url, known);
      return { id: expectNewId(id, connection), ...(consentUrl !== undefined && { consentUrl }) };
    },
    async remove(id) {
      await send({ operation: 'delete', path: [...apiPath, id], server: id });
    },
  };
}
