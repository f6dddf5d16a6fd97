import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';

import type { VendorKind } from './vendor-kind.ts';
import { kept, pageSize, refusedText, textOf } from './vendor-quirks.ts';

const comparable = (text: Json | undefined) => textOf(text).trim().toLowerCase();

/** As the registry surface shows a client id. */
export const maskOf = (value: string) => `${value.slice(0, 2)}...${value.slice(-2)}`;

/** Objects are merged key by key, anything else is replaced; null leaves what is there. */
function merged(into: JsonObject, from: JsonObject): JsonObject {
  const entries = Object.entries(from).flatMap(([key, value]) => {
    if (value === null) return [];
    const old = into[key];
    return [[key, isJsonObject(old) && isJsonObject(value) ? merged(old, value) : value]];
  });
  return { ...into, ...(Object.fromEntries(entries) as JsonObject) };
}

/** PUT partial, names and slugs unique, secrets never answered, `meta` merged and with a key of the vendor's own. */
export const barndoor: VendorKind = {
  path: ['api', 'servers'],
  show: (id, { client_id: client, client_secret: _secret, meta, ...fields }, shows) => ({
    id,
    ...fields,
    connection_status: 'connected',
    ...(shows.mask && { client_id: client === undefined ? null : maskOf(textOf(client)) }),
    ...(shows.meta && { meta: meta ?? {} }),
  }),
  list: (shown, query) => {
    const page = Number(query.get('page') ?? 1);
    const pages = Math.max(1, Math.ceil(shown.length / pageSize));
    const data = shown.slice((page - 1) * pageSize, page * pageSize);
    return { data, pagination: { page, pages, next_page: page < pages ? page + 1 : null } };
  },
  update: (fields, body, others) => {
    for (const key of ['name', 'slug']) {
      if (refusedText(body[key])) return { refused: 422, why: `${key} is not acceptable` };
      const taken = others.some((other) => comparable(other[key]) === comparable(body[key]));
      if (body[key] !== undefined && taken) return { refused: 409, why: `${key} is taken` };
    }
    const { meta, client_id: client, ...rest } = body;
    const isMask = client === maskOf(textOf(fields['client_id']));
    const before = isJsonObject(fields['meta']) ? fields['meta'] : {};
    const revision = typeof before['revision'] === 'number' ? before['revision'] : 0;
    return {
      ...fields,
      ...kept(fields, rest),
      ...(client !== undefined && !isMask && { client_id: client }),
      ...(isJsonObject(meta) && { meta: { ...merged(before, meta), revision: revision + 1 } }),
    };
  },
  create: (fields, body, others, shows) => {
    const { mcp_server_directory_id: entry, ...rest } = body;
    if (typeof rest['name'] !== 'string' || typeof entry !== 'string') {
      return { refused: 422, why: 'name and mcp_server_directory_id are required' };
    }
    return barndoor.update(fields, rest, others, shows);
  },
  created: (id) => ({ id, connection_id: `${id}-c`, auth_url: `https://consent.test/${id}` }),
  failure: (status, message) => ({ error: `http_${status}`, message }),
};
