import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { AlloyServerInit } from '../../lib/local/gateways/alloy/simulator.ts';
import type { BarndoorServerInit } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { ContextForgeServerInit } from '../../lib/local/gateways/contextforge/gateway.ts';
import { accessToken, alloy, barndoor, contextforge, reference, values } from './secret-values.ts';

/** A declared server. */
export interface DemoServer {
  readonly id: string;
  readonly label: string;
  readonly spec: JsonObject;
  readonly policy?: JsonObject;
}

const barndoorId = (n: number) => `5f0c1d2e-0000-4000-8000-${String(n).padStart(12, '0')}`;
const alloyId = (n: number) => `srv_4c1e90${n}`;
const contextforgeId = (n: number) => `c0ffee0${n}`.padEnd(32, '0');

/** High enough that no pass waits for the rate limit. */
const budget = { requestsPerMinute: 1200, concurrency: 4 };
const policy = { mode: 'correct', limits: { updates: '40%' } };

export const barndoorRow = (baseUrl: string, tokenUrl: string) => ({
  provider: 'barndoor',
  baseUrl,
  auth: {
    type: 'client-credentials',
    tokenUrl,
    client_id: 'trueup',
    client_secret: reference(barndoor, 'service-account', 'client_secret'),
    audience: 'https://barndoor.ai/',
  },
  budget,
  policy,
});

export const alloyRow = (baseUrl: string) => ({
  provider: 'alloy',
  baseUrl,
  auth: { type: 'bearer', token: reference(alloy, 'api-key') },
  budget,
  policy,
});

export const contextforgeRow = (baseUrl: string) => ({
  provider: 'contextforge',
  baseUrl,
  auth: { type: 'bearer', token: reference(contextforge, 'api-token') },
  budget,
  policy,
});

/** What the platform team declares at Barndoor. One row has a mistake, and one server is gone. */
export const barndoorServers = {
  salesforce: {
    id: barndoorId(1),
    label: 'salesforce-prod',
    spec: {
      name: 'Salesforce Production',
      slug: 'salesforce',
      client_id: '3MVG9-acme',
      client_secret: reference(barndoor, 'salesforce', 'client_secret'),
      meta: { team: 'sales' },
    },
  },
  github: {
    id: barndoorId(2),
    label: 'github',
    spec: {
      name: 'GitHub',
      slug: 'github',
      client_id: 'Iv1.acme',
      client_secret: reference(barndoor, 'github', 'client_secret'),
    },
  },
  jira: { id: barndoorId(3), label: 'jira', spec: { name: 'Jira Cloud', slug: 'jira' } },
  notion: { id: barndoorId(4), label: 'notion', spec: { name: 'Notion', slug: 'notion' } },
  slack: { id: barndoorId(5), label: 'slack', spec: { name: 'Slack', slug: 'slack' } },
  zendesk: { id: barndoorId(6), label: 'zendesk', spec: { name: 'Zendesk', slug: 'zendesk' } },
  hubspot: { id: barndoorId(7), label: 'hubspot', spec: { name: 'HubSpot', slug: 'hubspot' } },
  linear: { id: barndoorId(8), label: 'linear', spec: { name: 'Linear', slug: 'linear' } },
  datadog: { id: barndoorId(9), label: 'datadog', spec: { name: 'Datadog', clientId: 'dd-acme' } },
  asana: { id: barndoorId(10), label: 'asana', spec: { name: 'Asana', slug: 'asana' } },
} as const satisfies Record<string, DemoServer>;

const allow = (...allowedActions: readonly string[]) => ({
  actions: { mode: 'allowlist', allowedActions },
});

/** What the team declares at Alloy: access rules. */
export const alloyServers = {
  support: {
    id: alloyId(1),
    label: 'support-desk',
    spec: { name: 'Support Desk', restrictions: allow('read_order', 'read_ticket', 'reply') },
  },
  research: {
    id: alloyId(2),
    label: 'research',
    spec: { name: 'Research', description: 'Reads, for analysts' },
  },
  finance: { id: alloyId(3), label: 'finance', spec: { name: 'Finance' } },
} as const satisfies Record<string, DemoServer>;

/** What the team declares at its own ContextForge, including the token of one MCP server. */
export const contextforgeServers = {
  tickets: {
    id: contextforgeId(1),
    label: 'tickets',
    spec: {
      name: 'Tickets',
      description: 'Read only',
      authType: 'bearer',
      authToken: reference(contextforge, 'tickets'),
    },
  },
  wiki: { id: contextforgeId(2), label: 'wiki', spec: { name: 'Wiki', tags: ['docs', 'eu'] } },
} as const satisfies Record<string, DemoServer>;

/** The support desk gets access to invoices. */
export const supportEdited: DemoServer = {
  ...alloyServers.support,
  spec: {
    name: 'Support Desk',
    restrictions: allow('read_invoice', 'read_order', 'read_ticket', 'reply'),
  },
};

/** A script that was meant for one server renames three. */
export const renamedByScript: readonly DemoServer[] = (
  ['slack', 'zendesk', 'hubspot'] as const
).map((key) => {
  const { id, label, spec } = barndoorServers[key];
  return { id, label, spec: { ...spec, name: `${spec.name} (EU)` } };
});

const before: Readonly<Record<string, Partial<BarndoorServerInit>>> = {
  [barndoorServers.salesforce.id]: { name: 'Salesforce (copy)', slug: 'salesforce' },
};

/** The servers that were configured by hand at Barndoor. */
export const liveAtBarndoor: readonly BarndoorServerInit[] = [
  ...Object.values(barndoorServers)
    .filter(({ label }) => label !== 'asana')
    .map(({ id, spec }) => ({ id, name: spec.name })),
  { id: barndoorId(99), name: 'Trial of last summer' },
].map((server) => ({ ...server, ...before[server.id] }));

const plainFields = ({ name, description = '' }: { name: string; description?: string }) => ({
  name,
  description,
});

/** The servers at Alloy, whose answers each have a valid token. */
export const liveAtAlloy: readonly AlloyServerInit[] = Object.values(alloyServers).map(
  ({ id, spec }) => ({
    serverId: id,
    ...plainFields(spec),
    restrictions: id === alloyServers.support.id ? allow('read_ticket', 'delete_order') : {},
    accessUrl: `https://mcp.runalloy.com/mcp/${id}?token=${accessToken}`,
  }),
);

/** The servers at ContextForge, as declared; Trueup does not know which token is stored. */
export const liveAtContextForge: readonly ContextForgeServerInit[] = [
  {
    id: contextforgeServers.tickets.id,
    ...plainFields(contextforgeServers.tickets.spec),
    authType: 'bearer',
    credential: { token: values.tickets },
  },
  { id: contextforgeServers.wiki.id, name: 'Wiki', tags: ['eu', 'docs'] },
];
