import { expect, test } from '@jest/globals';
import { parseConnection } from '../../lib/desired/rules/declarations.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import { providerNames } from '../../lib/gateways/names.ts';
import { clientFor } from './support.ts';

test('every name that a declaration may have is that of one provider, which calls itself so', () => {
  const client = clientFor('any', []);
  const providers = createProviders(client);
  client.close();
  expect([...providers.keys()].toSorted()).toEqual([...providerNames].toSorted());
  expect([...providers].filter(([name, provider]) => provider.name !== name)).toEqual([]);
});

test("a base URL whose path is the gateway's API's own is refused for each of them", () => {
  const client = clientFor('any', []);
  const providers = createProviders(client);
  client.close();
  const issues = [...providers].flatMap(([provider, { apiPath }]) => {
    const baseUrl = `https://gateway.example.com/${apiPath[0]}`;
    const auth = { type: 'bearer', token: { secret: 'trueup/acme/token' } };
    const row = { connection: 'acme', item: 'connection', provider, baseUrl, auth };
    const parsed = parseConnection(row, { providers, secretPrefix: 'trueup' });
    return parsed.ok ? [] : parsed.issues.map(({ path }) => `${provider} ${path}`);
  });
  expect(issues.toSorted()).toEqual(providerNames.toSorted().map((name) => `${name} /baseUrl`));
});
