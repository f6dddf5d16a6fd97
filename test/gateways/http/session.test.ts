import { expect, test } from '@jest/globals';
import type { HttpClient } from '../../../lib/gateways/http/client.ts';
import { openHttpSession } from '../../../lib/gateways/http/session.ts';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';

const mb = 1024 * 1024;

test('a list that is larger than 256 MB in all is an error, however many answers it comes in', async () => {
  const http = {
    send: async (attempt: Parameters<HttpClient['send']>[0]) => {
      attempt.received?.(100 * mb);
      return {};
    },
  } as HttpClient;
  const inputs = {
    token: async () => {
      throw new Error('not asked');
    },
    admit: async () => undefined,
    calls: { list: 0, get: 0, put: 0 },
    known: new KnownSecrets(),
    signal: new AbortController().signal,
  };
  const owner = { name: 'toy', documentedHosts: [] };
  const connection = { name: 'acme', baseUrl: 'https://gateway.example.com' };
  const send = openHttpSession(http, owner, connection as never, inputs);
  await send({ operation: 'list', path: ['servers'] });
  for (let gets = 0; gets < 5; gets += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await send({ operation: 'get', path: ['servers', 'a'], server: 'a' });
  }
  await send({ operation: 'list', path: ['servers'] });
  await expect(send({ operation: 'list', path: ['servers'] })).rejects.toMatchObject({
    code: 'body-size',
    message: 'the list is larger than 256 MB in all; nothing is changed',
  });
});
