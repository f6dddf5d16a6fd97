import { isJsonObject } from '../../lib/model/json/json.ts';

import type { VendorKind } from './vendor-kind.ts';
import { kept, pageSize, refusedText } from './vendor-quirks.ts';

/** `restrictions` replaced whole, `instructions` accepted and never answered, an `accessUrl` with a live token. */
export const alloy: VendorKind = {
  path: ['api', 'servers'],
  show: (id, { instructions: _instructions, ...fields }) => ({
    serverId: id,
    restrictions: {},
    ...fields,
    url: `https://mcp.runalloy.com/mcp/${id}`,
  }),
  list: (shown, query) => {
    const offset = Number(query.get('offset') ?? 0);
    const servers = shown.slice(offset, offset + pageSize);
    return { servers, count: shown.length, hasMore: offset + pageSize < shown.length };
  },
  update: (fields, body, others) => {
    const { name, restrictions } = body;
    const isTaken = name !== undefined && others.some((other) => other['name'] === name);
    if (isTaken || refusedText(name)) return { refused: 400, why: 'the name is not acceptable' };
    return {
      ...fields,
      ...kept(fields, body),
      ...(isJsonObject(restrictions) && { restrictions }),
    };
  },
  create: () => ({ refused: 404, why: 'it creates none here' }),
  created: (_id, shown) => shown,
  failure: (status, message) => ({ error: { code: `HTTP_${status}`, message } }),
};
