import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Page } from '../http/paging.ts';

/**
 * A server of an answer, or undefined if it is not a server. Keeps `name`, `slug` and `meta` if they have the right
 * types. `client_id` is always dropped, because it is only shown masked [doc].
 */
export function toServer(answer: Json): LiveServer | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { id, name, slug, meta, connection_status: status } = answer;
  if (typeof id !== 'string' || id === '') return undefined;
  return {
    id,
    fields: {
      ...(typeof name === 'string' && { name }),
      ...(typeof slug === 'string' && { slug }),
      ...(isJsonObject(meta) && { meta }),
    },
    ...(status === 'connected' && { isConnected: true }),
  };
}

/**
 * A page of the list, or undefined if it is not a page or has anything that is not a server. Three forms [doc]:
 *
 * | form | next page |
 * |---|---|
 * | `{data, pagination: {page, pages, next_page}}` | `next_page` |
 * | `{data, page, pages, next_page}`, older | `next_page` |
 * | an array, oldest | none: the list is complete |
 *
 * `pages` is also the number of pages that can be read ahead.
 *
 * @param at - the requested page
 */
export function toPage(answer: Json, at: number): Page | undefined {
  const paging = pagingOf(answer);
  const rows = isJsonObject(answer) ? answer['data'] : answer;
  if (!Array.isArray(rows)) return undefined;
  const servers = rows.flatMap((row: Json) => toServer(row) ?? []);
  if (servers.length < rows.length) return undefined;
  // [guess] Without `next_page`, the count of pages shows that there are more.
  const more = typeof paging['pages'] === 'number' && paging['pages'] > at;
  const next = paging['next_page'] ?? (paging['next_page'] === undefined && more ? at + 1 : null);
  if (next === null) return { servers };
  if (!Number.isSafeInteger(next)) return undefined;
  return { servers, next: next as number, ...(more && { last: paging['pages'] as number }) };
}

function pagingOf(answer: Json): JsonObject {
  if (!isJsonObject(answer)) return {};
  const { pagination } = answer;
  return isJsonObject(pagination) ? pagination : answer;
}

/** Where a user has to consent, if the answer has a URL that can be shown: it has no secret that was handled. */
export function consentAddress(
  url: Json | undefined,
  known: Pick<KnownSecrets, 'occurIn'>,
): string | undefined {
  if (typeof url !== 'string' || url.length > 500) return undefined;
  const { protocol, username, password, href = '' } = URL.parse(url) ?? {};
  const isFit = protocol === 'https:' && username === '' && password === '';
  return isFit && !known.occurIn(url) && !known.occurIn(href) ? href : undefined;
}
