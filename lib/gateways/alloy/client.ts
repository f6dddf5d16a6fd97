import type { VendorSession } from '../provider.ts';
import type { Page } from '../http/paging.ts';
import { walkPages } from '../http/paging.ts';
import { expectList, expectServer } from '../http/session.ts';
import type { SendRequest } from '../http/session.ts';
import { toPage, toServer } from './convert.ts';

/** [guess] The page size is not documented. */
const pageSize = '100';
/** The path of the API below the base URL. */
export const apiPath = ['api', 'servers'] as const;

/** Alloy's three calls. The list is complete in one answer [doc], unless it has `hasMore`. */
export function alloySession(send: SendRequest, connection: string): VendorSession {
  async function readPage(at: number): Promise<Page> {
    const query = at === 0 ? {} : { limit: pageSize, offset: String(at) };
    const answer = await send({ operation: 'list', path: apiPath, query });
    return expectList(toPage(answer, at), connection);
  }
  return {
    list: () => walkPages(0, readPage, connection),
    async get(id) {
      const path = [...apiPath, id];
      const answer = await send({ operation: 'get', path, server: id });
      return expectServer(toServer(answer), 'get', id, connection);
    },
    async put(id, body, secrets) {
      const path = [...apiPath, id];
      const answer = await send({ operation: 'put', path, body, secrets, server: id });
      return expectServer(toServer(answer), 'put', id, connection);
    },
  };
}
