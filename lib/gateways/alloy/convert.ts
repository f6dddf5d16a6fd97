import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { Secret } from '../../model/secret.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Page } from '../http/paging.ts';

const sections = ['connectors', 'actions', 'users'];

/**
 * A server of an answer, or undefined if it is not a server. Keeps `name`, `description` and `restrictions`; the latter
 * with unknown keys, because a PUT replaces it as a whole. Without `restrictions` in the answer they are unknown,
 * unless `hasRestrictions` is false [doc]: then there are none. All other fields are dropped, in particular
 * `accessUrl`, which contains a valid token [doc].
 */
export function toServer(answer: Json): LiveServer | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { serverId, name, description, restrictions, hasRestrictions } = answer;
  if (typeof serverId !== 'string' || serverId === '') return undefined;
  const rules = toRestrictions(restrictions ?? {});
  if (rules === undefined) return undefined;
  return {
    id: serverId,
    fields: {
      ...(typeof name === 'string' && { name }),
      ...(typeof description === 'string' && { description }),
      ...((isJsonObject(restrictions) || hasRestrictions === false) && { restrictions: rules }),
    },
  };
}

/**
 * The secret parts of an answer's `accessUrl`s: everything except scheme, host, the server's id and [guess] parts that
 * are not a token: plain words such as `mcp`, the names in a query, and parts shorter than eight characters.
 */
export function accessIn(answer: Json): readonly Secret[] {
  const { servers } = isJsonObject(answer) ? answer : {};
  return (Array.isArray(servers) ? servers : [answer]).flatMap((row: Json) => {
    const { serverId, accessUrl } = isJsonObject(row) ? row : {};
    if (typeof accessUrl !== 'string') return [];
    const url = URL.parse(accessUrl);
    const parts = url ? privateParts(url, serverId) : [accessUrl];
    return parts.filter((part) => part.length >= 8).map((part) => new Secret(part));
  });
}

function privateParts(url: URL, serverId: Json | undefined): readonly string[] {
  const { pathname, search, hash, username, password } = url;
  const isPublic = (part: string) => part === serverId || /^[a-z_-]{0,11}$/.test(part);
  const queries = search.split('&').map((query) => query.slice(query.indexOf('=') + 1));
  const parts = [...queries, hash.slice(1), username, password];
  // A token may contain a slash, so everything between two public parts of a path counts as one token.
  let run: string[] = [];
  for (const segment of [...pathname.split('/'), '']) {
    if (isPublic(segment)) {
      parts.push(run.join('/'));
      run = [];
    } else run.push(segment);
  }
  return parts.filter((part) => !isPublic(part));
}

/**
 * Access rules in declared form; undefined if they cannot be read. [guess] A null section, mode or list is the same as
 * an absent one, which means not restricted [doc].
 */
function toRestrictions(restrictions: Json): JsonObject | undefined {
  if (!isJsonObject(restrictions)) return undefined;
  const known = Object.entries(restrictions).filter(
    ([key, value]) => value !== null || !sections.includes(key),
  );
  const readable = known.every(([key, value]) => isJsonObject(value) || !sections.includes(key));
  if (!readable) return undefined;
  return Object.fromEntries(
    known.map(([key, value]) => [key, sections.includes(key) ? toSection(value) : value]),
  );
}

const members = ['mode', 'allowedIds', 'blockedIds', 'allowedActions', 'blockedActions'];

function toSection(section: Json): JsonObject {
  return Object.fromEntries(
    Object.entries(section as JsonObject).filter(
      ([key, value]) => value !== null || !members.includes(key),
    ),
  );
}

/**
 * A page of the list, or undefined if it is not a page or has anything that is not a server: `{servers, count}` [doc],
 * with `hasMore` if the vendor pages [doc, on another page].
 *
 * @param at - the requested offset
 */
export function toPage(answer: Json, at: number): Page | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { servers: rows, hasMore } = answer;
  if (!Array.isArray(rows)) return undefined;
  const servers = rows.flatMap((row: Json) => toServer(row) ?? []);
  if (servers.length < rows.length) return undefined;
  return { servers, ...(hasMore === true && { next: at + rows.length }) };
}
