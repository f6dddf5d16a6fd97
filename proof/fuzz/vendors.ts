import { createAlloy } from '../../lib/gateways/alloy/provider.ts';
import { createBarndoor } from '../../lib/gateways/barndoor/provider.ts';
import { createContextForge } from '../../lib/gateways/contextforge/provider.ts';
import type { HttpClient } from '../../lib/gateways/http/client.ts';
import type { Provider } from '../../lib/gateways/provider.ts';

/** Where a vendor shows what must not be kept: a mask, a live token. */
export const unkept = 'unkept-4417aa';

/** A gateway whose answers are fuzzed, and what of them is to come out. */
export interface Vendor {
  readonly name: string;
  readonly title: string;
  readonly create: (http: HttpClient) => Provider;
  readonly good: readonly unknown[];
  readonly spec: Record<string, unknown>;
  readonly idIn: 'id' | 'serverId';
  /** What a server may have of an answer. */
  readonly kept: readonly string[];
  /** What a PUT takes from live, and must give back as it was. */
  readonly whole: readonly string[];
  /** What a row says of a field, where a server has it in another form. */
  readonly says?: (key: string, value: unknown) => unknown;
}

const barndoorServer = {
  id: 's1',
  name: 'Sales',
  slug: 'sales',
  client_id: `ab...${unkept}`,
  connection_status: 'ok',
  provider: 'x',
  url: unkept,
  meta: { team: 'sales', other: { n: 1, list: [1, { a: null }] } },
};
const alloyServer = {
  serverId: 's1',
  name: 'Sales',
  description: 'What',
  url: unkept,
  accessUrl: `https://x.example/mcp/${unkept}?token=${unkept}`,
  hasRestrictions: true,
  restrictions: {
    connectors: { mode: 'allowlist', allowedIds: ['a'] },
    unknown: { n: 12, deep: [{ x: 'y' }] },
    users: null,
  },
};

export const barndoor: Vendor = {
  name: 'barndoor',
  title: 'Barndoor',
  create: createBarndoor,
  good: [
    barndoorServer,
    { data: [barndoorServer, { id: 's2' }], pagination: { page: 1, pages: 1, next_page: null } },
    { data: [barndoorServer], page: 1, pages: 3, next_page: 2 },
    [barndoorServer],
  ],
  spec: { name: 'New', slug: 'new', client_id: 'real', meta: { team: 'new', other: { n: 2 } } },
  idIn: 'id',
  kept: ['name', 'slug', 'meta'],
  whole: ['meta'],
};

export const alloy: Vendor = {
  name: 'alloy',
  title: 'Alloy',
  create: createAlloy,
  good: [
    alloyServer,
    { servers: [alloyServer, { serverId: 's2' }], count: 2 },
    { servers: [alloyServer], count: 300, hasMore: true },
  ],
  spec: {
    name: 'New',
    description: 'That',
    instructions: 'Do',
    restrictions: { connectors: { mode: 'blocklist', blockedIds: ['b'] } },
  },
  idIn: 'serverId',
  kept: ['name', 'description', 'restrictions'],
  whole: ['restrictions'],
};

const contextForgeServer = {
  id: 's1',
  name: 'Jira',
  url: 'http://localhost:9000/mcp',
  description: null,
  transport: 'SSE',
  tags: [{ id: 'team-a', label: 'Team A' }, 'plain'],
  passthroughHeaders: ['X-Tenant'],
  visibility: 'public',
  authType: 'basic',
  authValue: unkept,
  authToken: null,
  authUsername: 'u',
  authPassword: unkept,
  version: 3,
};

export const contextForge: Vendor = {
  name: 'contextforge',
  title: 'ContextForge',
  create: createContextForge,
  good: [
    contextForgeServer,
    { gateways: [contextForgeServer, { id: 's2' }], nextCursor: null },
    { gateways: [contextForgeServer], nextCursor: 'abc' },
  ],
  spec: { name: 'New', description: 'That', tags: ['one', 'two'] },
  idIn: 'id',
  kept: 'name url description transport tags passthroughHeaders visibility authType authToken authUsername authPassword'.split(
    ' ',
  ),
  whole: [],
  says: (key, value) => {
    if (key === 'description') return value ?? '';
    if (key === 'authType') return value === null || value === '' ? 'none' : value;
    if (key === 'passthroughHeaders') return value ?? [];
    if (key === 'authToken' || key === 'authPassword') return null;
    if (key !== 'tags') return value;
    const tags = (value ?? []) as (string | { label: string })[];
    return tags.map((tag) => (typeof tag === 'string' ? tag : tag.label));
  },
};
