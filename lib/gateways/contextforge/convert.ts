import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { Secret } from '../../model/secret.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { CursorPage } from '../http/paging.ts';

/**
 * A gateway of an answer, or undefined if it is not a gateway. What is null until it is first set has the value that clears it:
 * `description` "", `tags` and `passthroughHeaders` [], `authType` "none", which is "" once it was cleared. Of `tags` only
 * the labels are kept, in which they are declared. Of `authToken` and `authPassword` it keeps null, which says that no such
 * credential is stored, and never what is shown in place of one [run].
 */
export function toServer(answer: Json): LiveServer | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { id, description, tags, passthroughHeaders, authType } = answer;
  if (typeof id !== 'string' || id === '') return undefined;
  const labels = tags === null ? [] : labelsOf(tags);
  return {
    id,
    fields: {
      ...textsOf(answer, ['name', 'url', 'transport', 'visibility', 'authUsername']),
      ...((typeof description === 'string' || description === null) && {
        description: description ?? '',
      }),
      ...(labels && { tags: labels }),
      ...((isTexts(passthroughHeaders) || passthroughHeaders === null) && {
        passthroughHeaders: passthroughHeaders ?? [],
      }),
      ...((typeof authType === 'string' || authType === null) && { authType: authType || 'none' }),
      ...(answer['authToken'] === null && { authToken: null }),
      ...(answer['authPassword'] === null && { authPassword: null }),
    },
  };
}

function textsOf(answer: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key): [string, Json][] => {
      const value = answer[key];
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** `{id, label}` [run]; a text is its own label. Undefined if one of them is neither. */
function labelsOf(tags: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(tags)) return undefined;
  const labels = tags.flatMap((tag: Json) => {
    const label = isJsonObject(tag) ? tag['label'] : tag;
    return typeof label === 'string' ? [label] : [];
  });
  return labels.length === tags.length ? labels : undefined;
}

/**
 * What each gateway of an answer shows in place of its credential, by id; null where it shows that none is
 * stored, undefined where it shows neither. A PUT that carries it keeps the credential [run]. It is a setting of the
 * installation: taken from the answer, it is always the right one.
 */
export function masksIn(answer: Json): readonly ShownMask[] {
  const { gateways } = isJsonObject(answer) ? answer : {};
  return (Array.isArray(gateways) ? gateways : [answer]).flatMap((row: Json): ShownMask[] => {
    const { id, authToken, authPassword, authHeaderValue, authValue } = isJsonObject(row)
      ? row
      : {};
    if (typeof id !== 'string') return [];
    const mask = [authToken, authPassword, authHeaderValue, authValue].find(isText);
    if (mask !== undefined) return [[id, new Secret(mask)]];
    return [[id, authValue === undefined && authToken === undefined ? undefined : null]];
  });
}

type ShownMask = readonly [id: string, mask: Secret | null | undefined];

/** Members of a gateway that are a credential, where an installation shows them as they are. */
const credentialMembers = /^auth_?(?:token|password|header_?value|value)(?:_?unmasked)?$/i;

/** The credentials that an answer shows; not the masks in their place. */
export function credentialsIn(answer: Json): readonly Secret[] {
  const { gateways } = isJsonObject(answer) ? answer : {};
  return (Array.isArray(gateways) ? gateways : [answer]).flatMap((row: Json) =>
    Object.entries(isJsonObject(row) ? row : {}).flatMap(([key, value]) =>
      credentialMembers.test(key) && isText(value) && !/^(?:\*+|\[.*\])$/.test(value)
        ? [new Secret(value)]
        : [],
    ),
  );
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * A page of the list, or undefined if it is not a page, or holds anything that is no gateway: `{gateways, nextCursor}` [run].
 * Without `nextCursor` it may not be all of it, and is no page.
 */
export function toPage(answer: Json): CursorPage | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { gateways: rows, nextCursor } = answer;
  if (!Array.isArray(rows)) return undefined;
  const servers = rows.flatMap((row: Json) => toServer(row) ?? []);
  if (servers.length < rows.length) return undefined;
  if (nextCursor === null) return { servers };
  return isText(nextCursor) ? { servers, next: nextCursor } : undefined;
}

/** Whether a 502 says that the MCP server could not be called: that comes before anything is stored [run]. */
export function isUncreated(status: number, answer: Json): boolean {
  const { message } = isJsonObject(answer) ? answer : {};
  return (
    status === 502 && isText(message) && message.startsWith('Failed to initialize gateway at ')
  );
}
