import { templates } from './templates.ts';
import type { Template } from './templates.ts';

/** The path of the schema for editors. */
export const schemaUrl = './trueup.schema.json';

/** The providers with an example. */
export const exampleProviders = Object.keys(templates);

/** The file that `trueup init` writes: valid, with comments that explain each choice. */
export function exampleFile(provider: string, schema: string = schemaUrl): string {
  const template = templates[provider] as Template;
  const { connection, baseUrl, auth, requestsPerMinute, server } = template;
  const others = exampleProviders.filter((name) => name !== provider);
  return `# yaml-language-server: $schema=${schema}
#
# What your MCP servers should be. Check it with \`trueup validate\`, see what would
# change with \`trueup plan\`, and send it with \`trueup apply\`.

# A connection is one account at one gateway. Lower-case letters, digits, hyphens.
connection: ${connection}
provider: ${provider} # or: ${others.join(', ')} (see \`trueup init --help\`)
baseUrl: ${baseUrl}

# How Trueup signs in. Secrets are named, never written here: the value is in
# AWS Secrets Manager, or in secrets.json beside this file, which only you may
# read: { "trueup/<connection>/name": "value" }, mode 0600.
auth:
${auth}

# The gateway's rate limit, shared by all who use this connection.
budget: { requestsPerMinute: ${requestsPerMinute}, concurrency: 4 }

policy:
  # What unattended passes do: report (the default) only shows what they would
  # change, correct changes it, off does nothing.
  mode: report
  # More changed servers than this within an hour wait for \`trueup approve\`, in
  # connections of at least \`minimum\` servers.
  limits: { updates: 30%, minimum: 10 }
  # How often to send again what cannot be read back, such as secrets: 30m, 12h, 7d.
  # reassertEvery: 7d

servers:
  # The gateway's id of the server. \`trueup import ${connection}\` writes these for live servers.
${server}
`;
}
