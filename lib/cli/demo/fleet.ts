import type { JsonObject } from '../../core/json.types.ts';
import type { BarndoorServerInit } from '../../local/barndoor-simulator.ts';

/** The demo's connection: its row, and what Secrets Manager holds for it. */
export const connection = 'acme-barndoor';

const secret = (name: string, key?: string) => ({
  secret: `trueup/${connection}/${name}`,
  ...(key !== undefined && { key }),
});

export function connectionRow(baseUrl: string) {
  return {
    provider: 'barndoor',
    baseUrl,
    auth: { type: 'bearer', token: secret('token') },
    policy: { mode: 'correct' },
  };
}

export const token = 'demo-token-of-acme';

/** Secret name to text. */
export const secrets: Readonly<Record<string, string>> = {
  [secret('token').secret]: token,
  [secret('salesforce').secret]: JSON.stringify({ client_secret: 'sf-secret-1' }),
  [secret('github').secret]: JSON.stringify({ client_secret: 'gh-secret-1' }),
};

const id = (n: number) => `5f0c1d2e-0000-4000-8000-00000000000${n}`;

export const ids = { salesforce: id(1), github: id(2), notion: id(3), jira: id(4) };

/** What the platform team declares. */
export const serverRows: readonly {
  id: string;
  label: string;
  spec: JsonObject;
}[] = [
  {
    id: ids.salesforce,
    label: 'salesforce-prod',
    spec: {
      name: 'Salesforce Production',
      slug: 'salesforce',
      client_id: '3MVG9-salesforce',
      client_secret: secret('salesforce', 'client_secret'),
      meta: { team: 'sales' },
    },
  },
  {
    id: ids.github,
    label: 'github',
    spec: {
      name: 'GitHub',
      slug: 'github',
      client_id: 'Iv1.github',
      client_secret: secret('github', 'client_secret'),
    },
  },
  { id: ids.notion, label: 'notion', spec: { name: 'Notion', slug: 'notion' } },
  { id: ids.jira, label: 'jira', spec: { name: 'Jira Cloud', slug: 'jira' } },
];

/** What was clicked together at the vendor before. */
export const liveServers: readonly BarndoorServerInit[] = [
  { id: ids.salesforce, name: 'Salesforce (copy)', slug: 'salesforce' },
  { id: ids.github, name: 'GitHub', slug: 'github' },
  { id: ids.notion, name: 'Notion', slug: 'notion' },
  { id: ids.jira, name: 'JIRA old', slug: 'jira' },
  { id: id(9), name: 'Someone else’s experiment', slug: 'experiment' },
];
