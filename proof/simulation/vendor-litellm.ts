import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import {
  createServer,
  listServer,
  makeServer,
  refusal,
  showServer,
  updateServer,
} from '../../lib/local/gateways/litellm/server.ts';
import type { LiteLlmServer } from '../../lib/local/gateways/litellm/server.ts';
import type { VendorKind } from './vendor-kind.ts';
import { kept, textOf } from './vendor-quirks.ts';

/*
 * LiteLLM is its own simulator, which is held against the real one: what it stores has the names of declarations.
 */

/** PUT partial but for the credential, which is merged unless its type changes; a POST chooses the id. */
export const litellm: VendorKind = {
  path: ['v1', 'mcp', 'server'],
  show: (id, fields) => showServer(serverOf(id, fields)) as JsonObject,
  listed: (id, fields) => listServer(serverOf(id, fields)) as JsonObject,
  list: (shown) => [...shown],
  update: ({ ...fields }, body, others) => {
    const server = serverOf(textOf(body['server_id']), fields);
    const sent = kept(fields, body);
    const refused =
      refusal(sent, 'put') ?? updateServer(server, sent, others.map(stored), 0) ?? undefined;
    return refused
      ? { refused: refused.status, why: JSON.stringify(refused.body) }
      : fieldsOf(server);
  },
  create: (_fields, body, others) => {
    const sent = kept({}, body);
    const refused = refusal(sent, 'create');
    const made = refused ? { refused } : createServer(sent, others.map(stored), 0);
    if (!('refused' in made)) return fieldsOf(made);
    return { refused: made.refused.status, why: JSON.stringify(made.refused.body) };
  },
  created: (_id, shown) => shown,
  failure: (status, message) =>
    status === 401
      ? { error: { message, type: 'auth_error', param: 'None', code: '401' } }
      : { detail: { error: message } },
};

const stored = (fields: JsonObject) => serverOf(textOf(fields['server_id']), fields);

const serverOf = (id: string, fields: JsonObject): LiteLlmServer =>
  makeServer({ ...(fields as Partial<LiteLlmServer>), server_id: id }, 0);

const fieldsOf = (server: LiteLlmServer) => structuredClone(server) as unknown as JsonObject;

/** What a PUT has besides fields: whose it is, and the alias, which would follow the name. */
export const goesAlong = (path: string, value: Json, live: JsonObject): boolean =>
  (path === '/server_id' && value === live['server_id']) ||
  (path === '/alias' && value === live['alias']);

const defaults: Readonly<Record<string, Json>> = {
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_exchange_profile: 'rfc8693',
};

/** The fields of an answer as they are declared: a list says what the gateway works with. */
export function liteLlmDeclared({
  auth_type: type,
  allowed_tools: tools,
  description,
  ...shown
}: JsonObject): JsonObject {
  const isDefault = ([key, value]: [string, Json]) => key in defaults && defaults[key] === value;
  return {
    ...Object.fromEntries(
      Object.entries(shown).map((entry) => [entry[0], isDefault(entry) ? null : entry[1]]),
    ),
    description: description === '' ? null : (description ?? null),
    auth_type: type ?? 'none',
    allowed_tools: Array.isArray(tools) && tools.length > 0 ? tools : null,
  };
}
