import fc from 'fast-check';
import type { DeclarationOptions } from '../../lib/desired/rules/row.ts';
import type { Issue } from '../../lib/model/errors/errors.ts';
import { formatIssue } from '../../lib/model/errors/errors.ts';
import { parsePointer } from '../../lib/model/json/pointer.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import { systemClock } from '../../lib/wiring.ts';
import { must } from './fuzzer.ts';
import { canary } from './strange.ts';

/** Connections as somebody declares them, valid as they stand. */
export const documents: fc.Arbitrary<unknown> = fc.constantFrom(
  {
    connection: 'acme',
    provider: 'barndoor',
    baseUrl: 'https://acme.platform.barndoor.ai',
    auth: {
      type: 'client-credentials',
      tokenUrl: 'https://auth.barndoor.ai/realms/acme/protocol/openid-connect/token',
      client_id: 'trueup',
      client_secret: { secret: 'trueup/acme/service-account', key: 'client_secret' },
      audience: 'https://barndoor.ai/',
    },
    budget: { requestsPerMinute: 300, concurrency: 4 },
    policy: {
      mode: 'correct',
      ignore: ['/meta/costCenter'],
      reassertEvery: '7d',
      limits: { updates: '30%', minimum: 10 },
    },
    servers: [
      {
        id: '123e4567-e89b-12d3-a456-426614174000',
        label: 'salesforce-prod',
        spec: {
          name: 'Salesforce Production',
          slug: 'salesforce',
          client_id: '3MVG9',
          client_secret: { secret: 'trueup/acme/salesforce', key: 'client_secret' },
          meta: { team: 'sales', nested: { deep: [1, 2.5, null], flag: true }, n: -0.5 },
        },
        policy: { mode: 'report', ignore: ['/meta/owner'], reassertEvery: '12h' },
      },
      { id: 's2', spec: { name: 'Other', meta: {} } },
    ],
  },
  {
    connection: 'globex',
    provider: 'alloy',
    baseUrl: 'https://mcp.runalloy.com',
    userId: 'user-1',
    auth: { type: 'bearer', token: { secret: 'trueup/globex/token' } },
    servers: [
      {
        id: 'a',
        spec: {
          name: 'Sales',
          description: 'What it is',
          instructions: 'Be kind',
          restrictions: {
            connectors: { mode: 'allowlist', allowedIds: ['hubspot', 'slack'] },
            actions: { mode: 'blocklist', blockedActions: ['delete'] },
            users: { mode: 'allowlist', allowedIds: [] },
          },
        },
      },
    ],
  },
  {
    connection: 'person',
    provider: 'alloy',
    baseUrl: 'http://127.0.0.1:8080/base',
    auth: {
      type: 'refresh-token',
      tokenUrl: 'https://mcp.runalloy.com/token',
      client_id: 'cli',
      refresh_token: { secret: 'trueup/person/refresh' },
      scope: 'openid offline_access',
    },
  },
);

/** The providers as they are deployed; no session is opened. */
export function declarationOptions(): DeclarationOptions {
  const http = createHttpClient({
    hosts: { allowed: [], trustDocumentedHosts: false },
    clock: systemClock,
    random: () => 0,
  });
  return { providers: createProviders(http), secretPrefix: 'trueup' };
}

/** An issue names its place, on one line, and repeats no value; a key it may. */
export function mustBeIssue(issue: Issue, { keys = false }: { keys?: boolean } = {}): void {
  const { path, problem, expected } = issue;
  must(path === '' || parsePointer(path) !== undefined, `'${path}' is no JSON Pointer`);
  must(problem !== '' && expected !== '', 'an issue says nothing');
  must(keys || !`${problem}${expected}`.includes(canary), 'an issue repeats a value');
  const line = formatIssue(issue);
  must(line === plainText(line, line.length), 'an issue is no plain line');
}
