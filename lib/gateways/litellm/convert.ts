import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { Secret } from '../../model/secret.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { absentMembers } from './credential.ts';

/** The reason for a server in the gateway's own configuration file. */
const ownConfiguration = "declared in the gateway's own configuration";

const isText = (value: Json | undefined): value is string => typeof value === 'string';
const isFull = (value: Json | undefined): value is string => isText(value) && value !== '';
const isTexts = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.every(isText);

type Fits = (value: Json | undefined) => boolean;

export const defaultProfile = 'rfc8693';
export const defaultTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Fields that are kept unchanged if they have the known form. */
const kept: readonly (readonly [fits: Fits, ...keys: readonly string[]])[] = [
  [
    (value) => value === null || isText(value),
    'server_name',
    'alias',
    'instructions',
    'url',
    'issuer',
    'authorization_url',
    'token_url',
    'registration_url',
    'oauth2_flow',
    'audience',
    'token_exchange_endpoint',
  ],
  [isText, 'transport'],
  [(value) => value === null || typeof value === 'boolean', 'dcr_bridge'],
  [(value) => typeof value === 'boolean', 'allow_all_keys', 'available_on_public_internet'],
  [(value) => value === null || typeof value === 'number', 'timeout', 'max_concurrent_requests'],
  [isTexts, 'mcp_access_groups', 'extra_headers'],
];

/**
 * A server of an answer, or undefined if it is not a server. A list shows the effective values, other answers the
 * stored ones [run]; both are converted to the same form:
 *
 * | field | in a list | elsewhere | here |
 * |-------|-----------|-----------|------|
 * | `description` | that of `mcp_info`, if it has one | as it is stored | as in a list |
 * | `subject_token_type`, `token_exchange_profile` | the default, or as it is stored | null, or as it is stored | null for the default |
 * | `auth_type` null |           |           | `none` |
 * | `allowed_tools` [], which allows all of them |           |           | null |
 *
 * `static_headers`, `env` and `env_vars` are dropped, because they are shown in clear text [run].
 */
export function toServer(answer: Json): LiveServer | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { server_id: id, auth_type: type, allowed_tools: tools, credentials, is_config } = answer;
  if (!isFull(id)) return undefined;
  const authType = type === null ? 'none' : type;
  const name = [answer['alias'], answer['server_name']].find(isFull);
  const description = descriptionOf(answer);
  return {
    id,
    fields: {
      ...Object.fromEntries(
        kept.flatMap(([fits, ...keys]) =>
          keys.flatMap((key): [string, Json][] => {
            const value = answer[key];
            return value !== undefined && fits(value) ? [[key, value]] : [];
          }),
        ),
      ),
      ...(description !== undefined && { description }),
      ...withoutDefault(answer, 'subject_token_type', defaultTokenType),
      ...withoutDefault(answer, 'token_exchange_profile', defaultProfile),
      ...(isTexts(tools) && { allowed_tools: tools.length === 0 ? null : tools }),
      ...(isText(authType) && {
        auth_type: authType,
        credentials: credentialsOf(credentials, authType),
      }),
    },
    ...(name !== undefined && { name }),
    ...(is_config === true && { readOnly: ownConfiguration }),
  };
}

/** An empty text counts as null. */
function descriptionOf({ description, mcp_info: info }: JsonObject): string | null | undefined {
  const own = isJsonObject(info) ? info['description'] : undefined;
  const shown = isText(own) ? own : description;
  if (shown === null || shown === '') return null;
  return isText(shown) ? shown : undefined;
}

function withoutDefault(answer: JsonObject, key: string, value: string): JsonObject {
  const { [key]: shown } = answer;
  if (shown === null || shown === value) return { [key]: null };
  return isText(shown) ? { [key]: shown } : {};
}

/**
 * The visible members of the credentials, which are not secret, and null for each member of another type, which a
 * change of the type erases [run]. For the other members, no answer shows whether they are stored.
 */
function credentialsOf(shown: Json | undefined, authType: string): JsonObject {
  const {
    scopes,
    upstream_resource: resource,
    upstream_token_header: header,
  } = isJsonObject(shown) ? shown : {};
  return {
    ...Object.fromEntries(absentMembers(authType).map((key) => [key, null])),
    ...(isTexts(scopes) && { scopes }),
    ...(isFull(resource) && { upstream_resource: resource }),
    ...(isFull(header) && { upstream_token_header: header }),
  };
}

/** Values that may be secrets and are shown in clear text: those of headers and variables. */
export function clearTextIn(answer: Json): readonly Secret[] {
  return (Array.isArray(answer) ? answer : [answer]).flatMap((row: Json) => {
    const { static_headers: headers, env, env_vars: variables } = isJsonObject(row) ? row : {};
    const values = [headers, env].flatMap((map) => Object.values(isJsonObject(map) ? map : {}));
    const ofVariables = (Array.isArray(variables) ? variables : []).map((variable: Json) =>
      isJsonObject(variable) ? variable['value'] : undefined,
    );
    return [...values, ...ofVariables].filter(isFull).map((value) => new Secret(value));
  });
}

/**
 * The list, or undefined if it is not a list or has anything that is not a server: an array with all servers [run].
 *
 * `isWhole`: whether it shows the URL of any server. For a key that is not a full administrator's, URLs are null,
 * access rules empty, and servers are missing [run].
 */
export function toList(
  answer: Json,
): { readonly servers: readonly LiveServer[]; readonly isWhole: boolean } | undefined {
  if (!Array.isArray(answer)) return undefined;
  const servers = answer.flatMap((row: Json) => toServer(row) ?? []);
  if (servers.length < answer.length) return undefined;
  const isShown = (row: Json) =>
    isJsonObject(row) && [row['url'], row['spec_path'], row['command']].some(isFull);
  return { servers, isWhole: answer.some(isShown) };
}

/** Whether a 400 means that another server has the name or alias, ignoring case [run]. */
export function isNameTaken(status: number, answer: Json): boolean {
  return takenIn(status, answer)?.includes('already exists (server_id=') === true;
}

/** Whether a 400 to a POST says that the server with the id which it chose is there [run]. */
export function isRepeated(status: number, answer: Json, { server_id: id }: JsonObject): boolean {
  const said = takenIn(status, answer);
  if (said === undefined || !isFull(id)) return false;
  return [`Server with id ${id} already exists`, `already exists (server_id=${id})`].some((text) =>
    said.includes(text),
  );
}

function takenIn(status: number, answer: Json): string | undefined {
  const { detail } = isJsonObject(answer) ? answer : {};
  const { error } = isJsonObject(detail) ? detail : {};
  return status === 400 && isText(error) ? error : undefined;
}
