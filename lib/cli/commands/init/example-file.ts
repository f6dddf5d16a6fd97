/** Where the schema for editors is found. */
export const schemaUrl = './trueup.schema.json';

/** What `trueup init` writes: it is valid as it is, and every choice is explained. */
export function exampleFile(schema: string = schemaUrl): string {
  return `# yaml-language-server: $schema=${schema}
#
# What your MCP servers should be. Check it with \`trueup validate\`, see what would
# change with \`trueup plan\`, and send it with \`trueup apply\`.

# A connection is one account at one vendor. Lower-case letters, digits, hyphens.
connection: acme-barndoor
provider: barndoor # or: alloy
baseUrl: https://acme.platform.barndoor.ai

# How Trueup signs in. Secrets are named, never written here: the value is in
# AWS Secrets Manager, or in the file of --secrets. Names begin with
# trueup/<connection>/.
auth:
  type: client-credentials # or: bearer (token), refresh-token (see \`trueup login\`)
  tokenUrl: https://auth.barndoor.ai/realms/barndoor/protocol/openid-connect/token
  client_id: trueup
  client_secret: { secret: trueup/acme-barndoor/service-account, key: client_secret }
  audience: https://barndoor.ai/

# The vendor's rate limit, shared by all who use this connection.
budget: { requestsPerMinute: 300, concurrency: 4 }

policy:
  # What unattended passes do: report (the default) only shows what they would
  # change, correct changes it, off does nothing.
  mode: report
  # More changed servers than this within an hour wait for \`trueup approve\`.
  limits: { updates: 30%, minimum: 10 }
  # What cannot be read back, such as secrets, is sent again so often: 30m, 12h, 7d.
  # reassertEvery: 7d

servers:
  # The vendor's id. \`trueup import acme-barndoor\` writes these for live servers.
  - id: 123e4567-e89b-12d3-a456-426614174000
    label: salesforce-prod # what you call it
    spec: # the vendor's own field names; what you leave out stays as it is
      name: Salesforce Production
      slug: salesforce
      client_id: 3MVG9...
      client_secret: { secret: trueup/acme-barndoor/salesforce, key: client_secret }
      meta: { team: sales }
    # policy: { mode: correct, ignore: [/meta/costCenter] } # for this server only
`;
}
