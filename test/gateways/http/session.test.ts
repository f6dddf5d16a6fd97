import { expect, test } from '@jest/globals';
import type { HttpClient } from '../../../lib/gateways/http/client.ts';
import { openHttpSession } from '../../../lib/gateways/http/session.ts';
import type { SessionInputs } from '../../../lib/gateways/provider.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';

const mb = 1024 * 1024;

const sessionWith = (http: HttpClient, token: SessionInputs['token']) => {
  const inputs = {
    token,
    admit: async () => undefined,
    calls: { list: 0, get: 0, put: 0 },
    known: new KnownSecrets(),
    signal: new AbortController().signal,
  };
  const owner = { name: 'toy', documentedHosts: [] };
  const connection = { name: 'acme', baseUrl: 'https://gateway.example.com' };
  return openHttpSession(http, owner, connection as never, inputs);
};

test('a list that is larger than 256 MB in all is an error, however many answers it comes in', async () => {
  const http = {
    send: async (attempt: Parameters<HttpClient['send']>[0]) => {
      attempt.received?.(100 * mb);
      return {};
    },
  } as HttpClient;
  const send = sessionWith(http, async () => {
    throw new Error('not asked');
  });
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

test('a token that could not be renewed is not asked for by the next request', async () => {
  const old = new Secret('old');
  let asked = 0;
  const http = {
    send: async ({ bearer }: Parameters<HttpClient['send']>[0]) => {
      await bearer?.renew(old);
      return {};
    },
  } as HttpClient;
  const send = sessionWith(http, async ({ renew }) => {
    if (!renew) return old;
    asked += 1;
    throw new Error(`refused ${asked}`);
  });
  const get = () => send({ operation: 'get', path: ['servers', 'a'], server: 'a' });
  await expect(get()).rejects.toThrow('refused 1');
  await expect(get()).rejects.toThrow('refused 1');
  expect(asked).toBe(1);
});

test('a token that was renewed is renewed once more when it is refused in its turn', async () => {
  const tokens = ['one', 'two', 'three'].map((text) => new Secret(text));
  let current = tokens[0] as Secret;
  const http = {
    send: async ({ bearer }: Parameters<HttpClient['send']>[0]) => {
      await bearer?.renew(current);
      return {};
    },
  } as HttpClient;
  const send = sessionWith(http, async ({ renew }) => {
    if (renew) current = tokens[tokens.indexOf(current) + 1] as Secret;
    return current;
  });
  await send({ operation: 'get', path: ['servers', 'a'], server: 'a' });
  await send({ operation: 'get', path: ['servers', 'a'], server: 'a' });
  expect(current.reveal()).toBe('three');
});
