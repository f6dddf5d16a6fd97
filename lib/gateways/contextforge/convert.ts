import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { Secret } from '../../model/secret.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { CursorPage } from '../http/paging.ts';

/**
 * A gateway of an answer, or undefined if it is not a gateway. A field that is null until it is first set gets the
 * value that clears it: `description` "", `tags` and `passthroughHeaders` [], `authType` "none" (which the gateway
 * shows as "" after it was cleared). Only the labels of `tags` are kept, as they are declared. `authToken` and
 * `authPassword` are kept only if they are null, which means that no credential is stored; masks are dropped [run].
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

/** Tags are `{id, label}` [run], or texts that are their own label. Undefined if one is neither. */
function labelsOf(tags: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(tags)) return undefined;
  const labels = tags.flatMap((tag: Json) => {
    const label = isJsonObject(tag) ? tag['label'] : tag;
    return typeof label === 'string' ? [label] : [];
  });
  return labels.length === tags.length ? labels : undefined;
}

/**
 * The mask of each gateway's credential in an answer, by id; null if the answer shows that none is stored, undefined if
 * it shows neither. A PUT with the mask keeps the credential [run]. The mask is a setting of the installation, so it is
 * always taken from an answer.
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

/** Members that contain a credential, if an installation shows them unmasked. */
const credentialMembers = /^auth_?(?:token|password|header_?value|value)(?:_?unmasked)?$/i;

/** The credentials that an answer shows unmasked. */
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
 * A page of the list, or undefined if it is not a page or has anything that is not a gateway: `{gateways, nextCursor}`
 * [run]. An answer without `nextCursor` may be incomplete, and does not count as a page.
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

/** Whether a 502 means that the MCP server could not be called, which happens before anything is stored [run]. */
export function isUncreated(status: number, answer: Json): boolean {
  const { message } = isJsonObject(answer) ? answer : {};
  return (
    status === 502 && isText(message) && message.startsWith('Failed to initialize gateway at ')
  );
}
