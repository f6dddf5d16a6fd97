import { createServer } from 'node:https';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HttpClientOptions } from '../../../lib/gateways/http/client.ts';
import { clientFor, vendorErrorOf } from '../support.ts';
import { selfSigned } from './self-signed.ts';

const host = 'vendor.example';
const { key, cert } = selfSigned(host);
const paths: string[] = [];
let connections = 0;
const server = createServer({ key, cert }, (request, response) => {
  paths.push(request.url ?? '');
  response.end('{"ok":true}');
}).on('connection', () => (connections += 1));

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }];

function put(name: string, options: Partial<HttpClientOptions>) {
  const { port } = server.address() as AddressInfo;
  const url = `https://${name}:${port}/thing`;
  let sent = 0;
  const client = clientFor('acme', [url], { resolve: toLoopback, ...options });
  const answered = client
    .send({
      owner: { name: 'acme', documentedHosts: [] },
      operation: 'put',
      method: 'PUT',
      url,
      repeatable: 'unsent',
      json: {},
      known: new KnownSecrets(),
      signal: new AbortController().signal,
      context: {},
      count: () => (sent += 1),
    })
    .finally(() => client.close());
  return { answered, sent: () => sent };
}

describe('TLS', () => {
  test('a certificate of a trusted authority, for the name that was asked for', async () => {
    expect(await put(host, { extraCa: cert }).answered).toEqual({ ok: true });
    expect(paths).toEqual(['/thing']);
  });

  test.each([
    ['by nobody who is trusted', host, {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another name', 'other.example', { extraCa: cert }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])(
    'a certificate %s ends it: nothing is sent or repeated',
    async (_what, name, options, code) => {
      const before = { paths: paths.length, connections };
      const { answered, sent } = put(name, options);
      expect(await vendorErrorOf(answered)).toMatchObject({
        kind: 'tls',
        message: `${name}:${(server.address() as AddressInfo).port}: no secure connection (${code})`,
      });
      expect(sent()).toBe(1);
      expect(connections).toBe(before.connections + 1);
      expect(paths).toHaveLength(before.paths);
    },
  );
});
