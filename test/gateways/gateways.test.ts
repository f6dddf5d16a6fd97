import { expect, test } from '@jest/globals';
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
