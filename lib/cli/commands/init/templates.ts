/** The parts of the example that depend on the provider, as YAML. */
export interface Template {
  readonly connection: string;
  readonly baseUrl: string;
  readonly auth: string;
  readonly requestsPerMinute: number;
  readonly server: string;
}

const bearer = (connection: string, what: string) => `\
  type: bearer # or: client-credentials, refresh-token (see \`trueup login\`)
  token: { secret: trueup/${connection}/token } # ${what}`;

/** By provider. `trueup init` without --provider writes the first: the gateway of the quickstart. */
export const templates: Readonly<Record<string, Template>> = {
  contextforge: {
    connection: 'acme-contextforge',
    baseUrl: 'https://contextforge.example.com # allow it: TRUEUP_ALLOWED_HOSTS=contextforge=HOST',
    auth: bearer('acme-contextforge', 'an API token that may read and update gateways'),
    requestsPerMinute: 60,
    server: `\
  - id: 9f0c5b1ad1a74c6e9a0ff2f9a3f3c1de
    label: jira # what you call it
    spec: # the gateway's own field names; what you leave out stays as it is
      name: Jira
      url: https://jira.example.com/mcp
      description: Tickets of all teams
      tags: [team-a]
      authType: bearer # sent together with its secret
      authToken: { secret: trueup/acme-contextforge/jira, key: token }
    # policy: { mode: correct } # for this server only`,
  },
  litellm: {
    connection: 'acme-litellm',
    baseUrl: 'https://litellm.example.com # allow it: TRUEUP_ALLOWED_HOSTS=litellm=HOST',
    auth: bearer('acme-litellm', 'a key whose user is a proxy admin'),
    requestsPerMinute: 300,
    server: `\
  - id: 4c1f0d7e-52a7-4a57-9b41-3f1f4f1f8a55
    label: jira # what you call it
    spec: # the gateway's own field names; what you leave out stays as it is
      server_name: Jira
      alias: jira
      url: https://jira.example.com/mcp
      transport: http
      allowed_tools: [search, read_issue] # an empty list would allow all, and is refused
      auth_type: bearer_token # sent together with its credentials
      credentials:
        auth_value: { secret: trueup/acme-litellm/jira, key: token }
    # policy: { mode: correct } # for this server only`,
  },
  barndoor: {
    connection: 'acme-barndoor',
    baseUrl: 'https://acme.platform.barndoor.ai',
    auth: `\
  type: client-credentials # or: bearer (token), refresh-token (see \`trueup login\`)
  tokenUrl: https://auth.barndoor.ai/realms/barndoor/protocol/openid-connect/token
  client_id: trueup
  client_secret: { secret: trueup/acme-barndoor/service-account, key: client_secret }
  audience: https://barndoor.ai/`,
    requestsPerMinute: 300,
    server: `\
  - id: 123e4567-e89b-12d3-a456-426614174000
    label: salesforce-prod # what you call it
    spec: # the gateway's own field names; what you leave out stays as it is
      name: Salesforce Production
      slug: salesforce
      client_id: 3MVG9...
      client_secret: { secret: trueup/acme-barndoor/salesforce, key: client_secret }
      meta: { team: sales }
    # policy: { mode: correct, ignore: [/meta/costCenter] } # for this server only`,
  },
  alloy: {
    connection: 'acme-alloy',
    baseUrl: 'https://mcp.runalloy.com',
    auth: bearer('acme-alloy', 'the API key'),
    requestsPerMinute: 80,
    server: `\
  - id: srv_1
    label: crm # what you call it
    spec: # the gateway's own field names; what you leave out stays as it is
      name: CRM
      description: Tools of the sales team
      restrictions: # section by section: one that is left out stays as it is
        connectors: { mode: allowlist, allowedIds: [hubspot] }
    # policy: { mode: correct } # for this server only`,
  },
};
