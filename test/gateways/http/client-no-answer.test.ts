import { describe, expect, test } from '@jest/globals';
import { allTextOf, answer, clientFor, vendorErrorOf } from '../support.ts';
import { useWorlds } from './attempts.ts';

const { world, peer } = useWorlds();

async function unknownName(): Promise<never> {
  throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
}

describe('no answer', () => {
  test('in time is a timeout', async () => {
    const { server, client, put } = await world(() => {}, { timeoutMs: 500 });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({
      kind: 'timeout',
      message: 'no answer within 0.5 s',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('in as many times that as an attempt may take is one too', async () => {
    const { client, put } = await world(() => {}, { timeoutMs: 100 });
    expect(await vendorErrorOf(client.send({ ...put, patience: 3 }))).toMatchObject({
      kind: 'timeout',
      message: 'no answer within 0.3 s',
    });
  });

  test('to its end in time is a timeout too', async () => {
    const { client, put } = await world((response) => void response.write('{'), { timeoutMs: 500 });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind: 'timeout' });
  });

  test('to its end is cut', async () => {
    const { client, put } = await world((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind: 'cut' });
  });

  test('where a connection is closed on the first byte, is cut', async () => {
    const url = `http://${await peer((socket) => socket.once('data', () => socket.destroy()))}`;
    const { put } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(clientFor('acme', [url]).send({ ...put, url }));
    expect(error).toMatchObject({ kind: 'cut', message: 'the connection broke (ECONNRESET)' });
  });

  test('in HTTP is cut', async () => {
    const url = `http://${await peer((socket) => socket.once('data', () => socket.end('SSH-2.0-hidden-banner\r\n\r\n')))}`;
    const { put } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(clientFor('acme', [url]).send({ ...put, url }));
    expect(error.kind).toBe('cut');
    expect(allTextOf(error)).not.toContain('hidden-banner');
  });

  test('where the peer speaks no TLS is tls, and not repeated', async () => {
    const { server, put } = await world((response) => answer(response, 200, {}));
    const url = server.url.replace('http:', 'https:');
    let sent = 0;
    const client = clientFor('acme', [url]);
    const error = await vendorErrorOf(client.send({ ...put, url, count: () => (sent += 1) }));
    expect(error.kind).toBe('tls');
    expect(sent).toBe(1);
  });

  test('where the peer leaves during the handshake is no route', async () => {
    const url = `https://${await peer((socket) => socket.once('data', () => socket.destroy()))}`;
    const { put } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(clientFor('acme', [url]).send({ ...put, url }));
    expect(error).toMatchObject({
      kind: 'no-route',
      message: `${new URL(url).host}: no connection (ECONNRESET)`,
    });
  });

  test('where a name has no address is no route', async () => {
    const { get } = await world((response) => answer(response, 200, {}));
    const url = 'https://nowhere.example';
    const client = clientFor('acme', [url], { resolve: unknownName });
    const error = await vendorErrorOf(client.send({ ...get, url }));
    expect(error).toMatchObject({
      kind: 'no-route',
      message: 'nowhere.example: no connection (ENOTFOUND)',
    });
  });
});
