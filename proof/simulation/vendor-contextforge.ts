import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { listOf, makeGateway, refusal } from '../../lib/local/gateways/contextforge/gateway.ts';
import { showGateway, updateGateway } from '../../lib/local/gateways/contextforge/gateway.ts';
import type { ContextForgeServer } from '../../lib/local/gateways/contextforge/gateway.ts';
import type { ConnectionInit } from './scenario.types.ts';
import type { VendorKind } from './vendor-kind.ts';
import { kept, pageSize, refusedText, textOf } from './vendor-quirks.ts';

/*
 * ContextForge is its own simulator, which is held against the real one. What it stores is kept here as oracles read it:
 * under the names of declarations, the credential included, which no answer shows.
 */

/** `MASKED_AUTH_VALUE` is a setting of the installation. */
export const maskOfGateway = (shows: ConnectionInit['shows']): string =>
  shows.mask ? '*****' : '[kept]';

/** PUT partial but for the credential, which it erases; names unique by slug; each PUT calls the MCP server. */
export const contextforge: VendorKind = {
  path: ['v1', 'gateways'],
  show: (id, fields, shows) =>
    showGateway(gatewayOf(id, fields), maskOfGateway(shows)) as JsonObject,
  list: (shown, query) => {
    const asked = { ...Object.fromEntries(query), limit: String(pageSize) };
    const rows = shown.map((row) => ({ row, enabled: row['enabled'] === true }));
    return listOf(rows, asked, ({ row }) => row) as Json;
  },
  update: (fields, body, others, shows) => {
    const gateway = gatewayOf('', fields);
    const sent = kept(fields, body);
    const refused = refusedText(body['name'])
      ? { status: 422, body: 'name is not acceptable' }
      : (refusal(sent) ??
        updateGateway(
          gateway,
          sent,
          others.map((other) => gatewayOf('', other)),
          0,
          maskOfGateway(shows),
        ));
    if (refused) return { refused: refused.status, why: JSON.stringify(refused.body) };
    return fieldsOf(gateway);
  },
  create: (_fields, body, others, shows) => {
    const name = textOf(body['name']);
    if (name === '' || textOf(body['url']) === '') return { refused: 422, why: 'url is required' };
    return contextforge.update({ name }, body, others, shows);
  },
  created: (_id, shown) => shown,
  failure: (status, message) => (status === 401 ? { detail: message } : { message }),
};

/** The credential that is stored, of whichever kind; undefined where none is. */
export const credentialOf = (fields: JsonObject): Json | undefined =>
  fields['authToken'] ?? fields['authPassword'] ?? fields['authHeaders'] ?? undefined;

/** Fields that go together. */
const together = ['/authType', '/authToken', '/authUsername', '/authPassword'];
const ofLiteLlm = ['/auth_type', '/credentials', '/credentials/auth_value'];

export const goTogether = (one: string, other: string): boolean =>
  [together, ofLiteLlm].some((group) => group.includes(one) && group.includes(other));

/** Whether a PUT carries what is shown in place of the stored credential, which keeps it. */
export const isKept = (live: JsonObject, path: string, value: Json): boolean =>
  path === '/authToken' && textOf(value) !== '' && value === live['authValue'];

/** Whether answers show a credential like the one that a PUT carries: its type, its user, and that it is stored. */
export const isAsSent = (body: JsonObject, live: JsonObject): boolean =>
  body['authType'] === live['authType'] &&
  (body['authUsername'] ?? null) === live['authUsername'] &&
  live['authValue'] !== '' &&
  live['authValue'] !== null;

/** Whether a PUT carries a credential, and so its type and user also where they are as before. */
export const isReplaced = (body: JsonObject, live: JsonObject): boolean =>
  body['authPassword'] !== undefined ||
  body['credentials'] !== undefined ||
  (body['authToken'] !== undefined && !isKept(live, '/authToken', body['authToken']));

/** The fields of an answer as they are declared. */
export function asDeclared(shown: JsonObject): JsonObject {
  const { tags, authType, description, passthroughHeaders, ...others } = shown;
  const labels = (Array.isArray(tags) ? tags : []).map((tag: Json) =>
    isJsonObject(tag) ? (tag['label'] ?? '') : tag,
  );
  return {
    ...others,
    tags: labels,
    authType: textOf(authType) || 'none',
    description: description ?? '',
    passthroughHeaders: passthroughHeaders ?? [],
  };
}

function gatewayOf(id: string, fields: JsonObject): ContextForgeServer {
  const { authToken, authUsername, authPassword, authHeaders, authType, ...others } = fields;
  const credential =
    typeof authToken === 'string'
      ? { token: authToken }
      : typeof authPassword === 'string'
        ? { username: textOf(authUsername), password: authPassword }
        : isJsonObject(authHeaders)
          ? { headers: authHeaders as Record<string, string> }
          : undefined;
  const init = { ...(others as Partial<ContextForgeServer>), id, name: textOf(fields['name']) };
  const type = authType === 'none' ? '' : textOf(authType);
  return makeGateway({ ...init, authType: type, ...(credential && { credential }) }, 0);
}

function fieldsOf(gateway: ContextForgeServer): JsonObject {
  const { credential, authType, name, url, description, transport, tags } = gateway;
  const { visibility, passthroughHeaders, upstream } = gateway;
  const secret =
    credential === undefined
      ? {}
      : 'token' in credential
        ? { authToken: credential.token }
        : 'password' in credential
          ? { authUsername: credential.username, authPassword: credential.password }
          : { authHeaders: credential.headers };
  return {
    name,
    url,
    description,
    transport,
    tags,
    visibility,
    passthroughHeaders,
    upstream,
    authType: authType || 'none',
    ...secret,
  };
}
