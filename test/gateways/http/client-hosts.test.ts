import { describe, expect, test } from '@jest/globals';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';
import type { Attempt } from '../../../lib/gateways/http/client.ts';
import { createHttpClient } from '../../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../../lib/gateways/http/host-rule.ts';
import { answer, clientFor, impatientClock, vendorErrorOf } from '../support.ts';
import { owner, useWorlds } from './attempts.ts';

const { world, atEnd } = useWorlds();

describe('the host rule at the connection', () => {
  const hosts = { allowed: parseAllowedHosts('acme=intern.example'), trustDocumentedHosts: true };
  const attempt = {
    ...({} as Attempt),
    owner,
    operation: 'get',
    method: 'GET',
    repeatable: 'anytime',
  } as const;
  const send = (url: string, address: string, family = 4) => {
    const client = createHttpClient({
      hosts,
      clock: impatientClock(),
      random: () => 0,
      timeoutMs: 200,
      resolve: async () => [
        { address: '127.0.0.1', family: 4 },
        { address, family },
      ],
    });
    atEnd(() => client.close());
    return vendorErrorOf(
      client.send({
        ...attempt,
        url,
        known: new KnownSecrets(),
        signal: new AbortController().signal,
        context: {},
      }),
    );
  };

  test('a documented host that leads to a private address is refused, and nothing is repeated', async () => {
    expect(await send('https://x.acme.example/', '10.0.0.1')).toMatchObject({
      kind: 'host',
      message: 'x.acme.example leads to 127.0.0.1, which is not a public address',
    });
  });

  test.each([
    ['169.254.169.254', 4],
    ['fe80::1', 6],
    ['::ffff:169.254.169.254', 6],
  ])('a host of the settings that leads to %s is refused', async (address, family) => {
    expect(await send('https://intern.example/', address, family)).toMatchObject({
      kind: 'host',
      message: `intern.example leads to ${address}, which is not an allowed address`,
    });
  });

  test('a host of the settings may lead to a private address', async () => {
    // Nothing listens on port 443 of loopback here: the connection was tried.
    const error = await send('https://intern.example/', '127.0.0.2');
    expect(error.kind).toBe('no-route');
  });

  test('localhost must be loopback for plain http', async () => {
    const { server, get } = await world((response) => answer(response, 200, { ok: 1 }));
    const url = server.url.replace('127.0.0.1', 'localhost');
    const to = (address: string) =>
      clientFor('acme', [url], { resolve: async () => [{ address, family: 4 }] });
    expect(await to('127.0.0.1').send({ ...get, url })).toEqual({ ok: 1 });
    expect(await vendorErrorOf(to('192.168.0.1').send({ ...get, url }))).toMatchObject({
      kind: 'host',
    });
  });

  test('a host that is not named gets no connection', async () => {
    const { server, client, get } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(client.send({ ...get, owner: { ...owner, name: 'other' } }));
    expect(error).toMatchObject({ kind: 'host', context: { connection: 'c' } });
    expect(server.connections()).toBe(0);
  });
});
