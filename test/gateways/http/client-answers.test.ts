import { describe, expect, test } from '@jest/globals';
import { answer, startServer, vendorErrorOf } from '../support.ts';
import { useWorlds } from './attempts.ts';

const { world, atEnd } = useWorlds();

describe('an answer that is none', () => {
  test.each([301, 302, 303, 307, 308])('a %i is not followed', async (status) => {
    const other = await startServer((response) => answer(response, 200, { stolen: true }));
    atEnd(other.close);
    const { server, client, get } = await world((response) =>
      answer(response, status, {}, { location: `${other.url}/thing?token=abc` }),
    );
    const error = await vendorErrorOf(client.send(get));
    expect(error).toMatchObject({ kind: 'redirect', status });
    expect(error.message).toBe(`HTTP ${status} to ${new URL(other.url).host}: not followed`);
    expect(server.requests).toHaveLength(1);
    expect(other.connections()).toBe(0);
  });

  test.each([
    ['an HTML page', '<!doctype html><title>Sign in</title>', 'text/html'],
    ['an HTML page', '<html lang="en">', 'application/json'],
    ['no body', '', 'application/json'],
    ['a body that is not JSON', '{"id":', 'application/json'],
    ['a body that is not JSON', 'OK', 'text/plain'],
    ['a body nested deeper than 64 levels', '['.repeat(65) + ']'.repeat(65), 'application/json'],
    [
      'a body nested deeper than 64 levels',
      '{"a":'.repeat(200_000) + '1' + '}'.repeat(200_000),
      '',
    ],
  ])('a 200 with %s', async (what, body, type) => {
    const { client, put } = await world((response) =>
      answer(response, 200, body, { 'content-type': type }),
    );
    expect(await vendorErrorOf(client.send(put))).toMatchObject({
      kind: 'body',
      message: `HTTP 200 with ${what}`,
    });
  });

  test('text that is not UTF-8', async () => {
    const { client, put } = await world((response) => {
      response.writeHead(200);
      response.end(Buffer.from([0x22, 0xff, 0x22]));
    });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind: 'body' });
  });

  test('a 204', async () => {
    const { client, put } = await world((response) => {
      response.writeHead(204);
      response.end();
    });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({
      kind: 'body',
      message: 'HTTP 204 with no body',
    });
  });

  test("a proxy's 404 page does not say that the server is not there", async () => {
    const { client, put } = await world((response) =>
      answer(response, 404, '<html><body>nginx', { 'content-type': 'text/html' }),
    );
    const error = await vendorErrorOf(client.send(put));
    expect(error).toMatchObject({ kind: 'body', status: undefined });
  });

  test('one that is compressed all the same', async () => {
    const { client, put } = await world((response) =>
      answer(response, 200, {}, { 'content-encoding': 'gzip' }),
    );
    expect(await vendorErrorOf(client.send(put))).toMatchObject({
      kind: 'body',
      message: 'HTTP 200 with an encoding that was not requested: gzip',
    });
  });

  test('one larger than allowed is neither read on nor asked for again', async () => {
    let written = 0;
    const { server, client, get } = await world(
      (response) => {
        const chunk = Buffer.alloc(64 * 1024, 0x20);
        const more = () => {
          while (!response.destroyed && written < 64 * 1024 * 1024) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', more);
          }
        };
        more();
      },
      { maxBytes: 1024 * 1024 },
    );
    expect(await vendorErrorOf(client.send(get))).toMatchObject({
      kind: 'body',
      message: 'the answer is larger than 1048576 bytes',
    });
    expect(server.requests).toHaveLength(1);
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  test('one that says it is larger than allowed is not read at all', async () => {
    const { client, get } = await world(
      (response) => {
        response.writeHead(200, { 'content-length': '2000' });
        response.flushHeaders();
      },
      { maxBytes: 1000, timeoutMs: 2000 },
    );
    expect(await vendorErrorOf(client.send(get))).toMatchObject({
      kind: 'body',
      message: 'the answer is larger than 1000 bytes',
    });
  });

  test('the bound is 32 MB', async () => {
    const size = 32 * 1024 * 1024;
    const { client, get } = await world((response, { url }) => {
      const length = url === '/fits' ? size : size + 1;
      response.writeHead(200, { 'content-length': String(length) });
      response.end(`"${'x'.repeat(length - 2)}"`);
    });
    const fits = await client.send({ ...get, url: get.url.replace('thing', 'fits') });
    expect(fits).toHaveLength(size - 2);
    expect(await vendorErrorOf(client.send(get))).toMatchObject({ kind: 'body' });
  });
});
