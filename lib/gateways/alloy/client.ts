import type { Json } from '../../model/json/json.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { VendorSession } from '../provider.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { Page } from '../http/paging.ts';
import { walkPages } from '../http/paging.ts';
import { expectServer } from '../http/session.ts';
import type { SendRequest } from '../http/session.ts';
import { accessIn, toPage, toServer } from './convert.ts';

/** [guess] The size of a page is documented nowhere. */
const pageSize = '100';
const servers = ['api', 'servers'] as const;

/**
 * Alloy's three calls. The list is whole in one answer [doc], unless it says `hasMore`. What an answer showed of a
 * server's `accessUrl` is known to the session, for one purpose: that no error's text repeats it.
 */
export function alloySession(send: SendRequest, connection: string): VendorSession {
  const accessOf = new Map<string, readonly Secret[]>();
  const noted = (answer: Json): Json => {
    for (const [id, secrets] of accessIn(answer)) accessOf.set(id, secrets);
    return answer;
  };
  async function readPage(at: number): Promise<Page> {
    const query = at === 0 ? {} : { limit: pageSize, offset: String(at) };
    const page = toPage(noted(await send({ operation: 'list', path: servers, query })), at);
    if (page !== undefined) return page;
    throw new VendorError(
      'body',
      'list',
      'the vendor answered with something that is no list of servers',
      {
        context: { connection },
      },
    );
  }
  return {
    list: () => walkPages(0, readPage, connection),
    async get(id) {
      const path = [...servers, id];
      const secrets = accessOf.get(id) ?? [];
      const answer = noted(await send({ operation: 'get', path, secrets, server: id }));
      return expectServer(toServer(answer), 'get', id, connection);
    },
    async put(id, body, ownSecrets) {
      const path = [...servers, id];
      const secrets = [...ownSecrets, ...(accessOf.get(id) ?? [])];
      const answer = await send({ operation: 'put', path, body, secrets, server: id });
      return expectServer(toServer(answer), 'put', id, connection);
    },
  };
}
