import { expect, test } from '@jest/globals';
import { missingSecrets } from '../../../lib/plan/body/missing-secrets.ts';
import { serverOf } from '../support/builders.ts';

const named = (label: string | undefined, secret?: string) =>
  serverOf(
    { name: 'a', ...(secret !== undefined && { client_secret: { secret, key: 'k' } }) },
    label === undefined ? {} : { label },
  );

test('a missing secret is listed with the servers that use it', () => {
  const servers = [
    named('first', 'trueup/acme/b'),
    named(undefined, 'trueup/acme/a'),
    named('second', 'trueup/acme/b'),
    named('third', 'trueup/acme/there'),
    named('fourth'),
    named('fifth', 'trueup/acme/b'),
    named('sixth', 'trueup/acme/b'),
  ];
  const { id } = servers[1] as { id: string };
  expect(missingSecrets(servers, new Map([['trueup/acme/there', 'v1']]))).toEqual([
    { secret: 'trueup/acme/a', servers: 1, such: [id] },
    { secret: 'trueup/acme/b', servers: 4, such: ['first', 'second', 'fifth'] },
  ]);
  const inOrder = [named('first', 'trueup/acme/a'), named('second', 'trueup/acme/b')];
  const secrets = missingSecrets(inOrder, new Map()).map(({ secret }) => secret);
  expect(secrets).toEqual(['trueup/acme/a', 'trueup/acme/b']);
});

test('where each is found there is nothing to say', () => {
  expect(missingSecrets([named('a', 'trueup/acme/a')], new Map([['trueup/acme/a', '1']]))).toEqual(
    [],
  );
});
