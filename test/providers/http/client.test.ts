import { getEventListeners } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../../lib/core/secret.ts';
import type { Attempt, HttpClientOptions } from '../../../lib/providers/http/client.ts';
import { createHttpClient } from '../../../lib/providers/http/client.ts';
import { parseAllowedHosts } from '../../../lib/providers/http/host-rule.ts';
import type { Handler, TestClient, TestServer } from '../support.ts';
import {
  allTextOf,
  answer,
  clientFor,
  impatientClock,
  startServer,
  vendorErrorOf,
} from '../support.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const owner = { name: 'acme', documentedHosts: ['*.acme.example'] };

async function world(
  handler: Handler,
  options: Partial<HttpClientOptions> = {},
): Promise<{ server: TestServer; client: TestClient; get: Attempt; put: Attempt }> {
  const server = await startServer(handler);
  const client = clientFor('acme', [server.url], options);
  endings.push(server.close, () => client.close());
  const get: Attempt = {
    owner,
    operation: 'get',
    method: 'GET',
    url: `${server.url}/thing`,
    repeatable: 'anytime',
    secrets: [],
    signal: new AbortController().signal,
    context: { connection: 'c' },
  };
  const put: Attempt = {
    ...get,
    operation: 'put',
    method: 'PUT',
    repeatable: 'unsent',
    json: { name: 'n' },
  };
  return { server, client, get, put };
}

async function unknownName(): Promise<never> {
  throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a request', () => {
  test('carries JSON, the token and no wish for compression', async () => {
    const { server, client, put } = await world((response) => answer(response, 200, { ok: true }));
    const token = new Secret('t0ken\n');
    const bearer = { current: async () => token, renew: async () => token };
    expect(await client.send({ ...put, bearer, headers: { 'x-extra': 'yes' } })).toEqual({
      ok: true,
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      url: '/thing',
      body: '{"name":"n"}',
      headers: {
        authorization: 'Bearer t0ken',
        'content-type': 'application/json',
        'content-length': '12',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'x-extra': 'yes',
      },
    });
  });

  test('sends forms as forms', async () => {
    const { server, client, put } = await world((response) => answer(response, 200, {}));
    const { json: _, ...bare } = put;
    await client.send({ ...bare, method: 'POST', form: { a: 'b c', d: '&' } });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      body: 'a=b+c&d=%26',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    });
  });

  test('reuses its connection', async () => {
    const { server, client, get } = await world((response) => answer(response, 200, {}));
    for (let i = 0; i < 5; i += 1) await client.send(get);
    expect(server.connections()).toBe(1);
  });

  test('is admitted and counted each time it goes out', async () => {
    const { client, get } = await world((response, _request, before) =>
      before === 0 ? answer(response, 503, {}) : answer(response, 200, {}),
    );
    const log: string[] = [];
    await client.send({
      ...get,
      admit: async () => void log.push('admit'),
      count: () => void log.push('count'),
    });
    expect(log).toEqual(['admit', 'count', 'admit', 'count']);
  });

  test('whose token no header can carry is not sent, and not quoted', async () => {
    const { server, client, get } = await world((response) => answer(response, 200, {}));
    const token = new Secret('half\nother-half');
    const bearer = { current: async () => token, renew: async () => token };
    const error = await vendorErrorOf(client.send({ ...get, bearer }));
    expect(error.kind).toBe('token');
    expect(allTextOf(error)).not.toMatch(/half/);
    expect(server.requests).toHaveLength(0);
  });
});

describe('repetition', () => {
  test.each([408, 429, 500, 502, 503, 504])(
    'a GET answered %i is sent three times',
    async (status) => {
      const { server, client, get } = await world((response) => answer(response, status, {}));
      const error = await vendorErrorOf(client.send(get));
      expect(error).toMatchObject({
        kind: 'status',
        status,
        operation: 'get',
        code: `http-${status}`,
      });
      expect(server.requests).toHaveLength(3);
      expect(client.sleeps).toEqual([125, 250]);
    },
  );

  test.each([400, 403, 404, 409, 422, 501, 505])(
    'a GET answered %i is not repeated',
    async (status) => {
      const { server, client, get } = await world((response) => answer(response, status, {}));
      expect(await vendorErrorOf(client.send(get))).toMatchObject({ kind: 'status', status });
      expect(server.requests).toHaveLength(1);
    },
  );

  test.each([408, 429, 500, 503])('a PUT answered %i is not repeated', async (status) => {
    const { server, client, put } = await world((response) => answer(response, status, {}));
    expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind: 'status', status });
    expect(server.requests).toHaveLength(1);
  });

  test('a GET recovers from a cut connection and from HTML', async () => {
    const { server, client, get } = await world((response, _request, before) => {
      if (before === 0) response.destroy();
      else if (before === 1) answer(response, 200, '<html>', { 'content-type': 'text/html' });
      else answer(response, 200, { id: 'x' });
    });
    expect(await client.send(get)).toEqual({ id: 'x' });
    expect(server.requests).toHaveLength(3);
  });

  test('a PUT that was cut is not repeated', async () => {
    const { server, client, put } = await world((response) => response.destroy());
    expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind: 'cut', operation: 'put' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['cut', (response) => response.destroy()],
    ['timeout', () => {}],
  ] as [string, Handler][])(
    'a PUT is not repeated after %s on a connection that was open already',
    async (kind, handler) => {
      const { server, client, get, put } = await world(
        (response, request, before) =>
          before === 0 ? answer(response, 200, {}) : handler(response, request, before),
        { timeoutMs: 500 },
      );
      await client.send(get);
      expect(await vendorErrorOf(client.send(put))).toMatchObject({ kind });
      expect([server.requests.length, server.connections()]).toEqual([2, 1]);
    },
  );

  test('a PUT is repeated where no connection opened', async () => {
    const port = await closedPort();
    const { client: _, put } = await world((response) => answer(response, 200, {}));
    const client = clientFor('acme', [`http://127.0.0.1:${port}`]);
    let sent = 0;
    const url = `http://127.0.0.1:${port}/thing`;
    const error = await vendorErrorOf(client.send({ ...put, url, count: () => (sent += 1) }));
    expect(error).toMatchObject({ kind: 'no-route', message: 'no connection (ECONNREFUSED)' });
    expect(sent).toBe(3);
  });

  test('Retry-After is waited for up to five seconds', async () => {
    const { server, client, get } = await world((response, _request, before) =>
      answer(response, before === 0 ? 429 : 200, {}, { 'retry-after': '5' }),
    );
    await client.send(get);
    expect(server.requests).toHaveLength(2);
    expect(client.sleeps).toEqual([5000]);
  });

  test('a longer Retry-After is left to the caller, in both forms', async () => {
    const now = Date.UTC(2026, 10, 2, 12, 0, 0);
    const clock = { ...impatientClock(), now: () => now };
    const { server, client, get } = await world(
      (response, _request, before) =>
        answer(
          response,
          503,
          {},
          { 'retry-after': before === 0 ? '60' : 'Mon, 02 Nov 2026 12:01:30 GMT' },
        ),
      { clock },
    );
    expect(await vendorErrorOf(client.send(get))).toMatchObject({ retryAfterMs: 60_000 });
    expect(await vendorErrorOf(client.send(get))).toMatchObject({ retryAfterMs: 90_000 });
    expect(server.requests).toHaveLength(2);
  });

  test('a PUT and its repetitions are over within one timeout', async () => {
    let now = 0;
    const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
    const port = await closedPort();
    const { put } = await world((response) => answer(response, 200, {}));
    const client = clientFor('acme', [`http://127.0.0.1:${port}`], { clock, timeoutMs: 300 });
    let sent = 0;
    const url = `http://127.0.0.1:${port}/thing`;
    await vendorErrorOf(client.send({ ...put, url, count: () => (sent += 1) }));
    // 125 ms after the first fits, 250 ms more would not.
    expect(sent).toBe(2);
    expect(now).toBe(125);
  });
});

/** A source of tokens that notes which ones were rejected. */
function tokens(...texts: string[]) {
  const renewed: string[] = [];
  let at = 0;
  return {
    renewed,
    bearer: {
      current: async () => new Secret(texts[at] as string),
      renew: async (rejected: Secret) => {
        renewed.push(rejected.reveal());
        at += 1;
        return new Secret(texts[at] as string);
      },
    },
  };
}

describe('after a 401', () => {
  test.each(['get', 'put'] as const)(
    'a %s is sent once more with a new token',
    async (operation) => {
      const made = await world((response, { headers }) =>
        headers.authorization === 'Bearer two'
          ? answer(response, 200, { ok: true })
          : answer(response, 401, {}),
      );
      const { bearer, renewed } = tokens('one', 'two');
      expect(await made.client.send({ ...made[operation], bearer })).toEqual({ ok: true });
      expect(renewed).toEqual(['one']);
      expect(made.server.requests).toHaveLength(2);
    },
  );

  test('a second one is the answer', async () => {
    const { server, client, get } = await world((response) =>
      answer(response, 401, { error: 'unauthorized', message: 'one or two are no good' }),
    );
    const { bearer } = tokens('token-one', 'token-two', 'token-three');
    expect(await vendorErrorOf(client.send({ ...get, bearer }))).toMatchObject({
      kind: 'status',
      status: 401,
      message: 'unauthorized: one or two are no good',
    });
    expect(server.requests).toHaveLength(2);
  });

  test('a PUT whose new token comes too late is not sent again', async () => {
    let now = 0;
    const clock = { now: () => now, sleep: async () => {} };
    const { server, client, put } = await world((response) => answer(response, 401, {}), { clock });
    const bearer = {
      current: async () => new Secret('one'),
      renew: async () => {
        now += 15_000;
        return new Secret('two');
      },
    };
    const error = await vendorErrorOf(client.send({ ...put, bearer }));
    expect(error).toMatchObject({ kind: 'status', status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  test('both tokens are kept out of the error', async () => {
    const { client, get } = await world((response) =>
      answer(response, 401, { message: 'neither token-one nor token-two' }),
    );
    const { bearer } = tokens('token-one', 'token-two');
    const error = await vendorErrorOf(client.send({ ...get, bearer }));
    expect(error.message).toBe('neither [secret] nor [secret]');
  });
});

describe('an answer that is none', () => {
  test.each([301, 302, 303, 307, 308])('a %i is not followed', async (status) => {
    const other = await startServer((response) => answer(response, 200, { stolen: true }));
    endings.push(other.close);
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
    ['a body that is no JSON', '{"id":', 'application/json'],
    ['a body that is no JSON', 'OK', 'text/plain'],
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
      message: 'the answer is encoded as gzip, which was not asked for',
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

describe('no answer', () => {
  test('in time is a timeout', async () => {
    const { server, client, put } = await world(() => {}, { timeoutMs: 500 });
    expect(await vendorErrorOf(client.send(put))).toMatchObject({
      kind: 'timeout',
      message: 'no answer within 0.5 s',
    });
    expect(server.requests).toHaveLength(1);
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
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { put } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(clientFor('acme', [url]).send({ ...put, url }));
    expect(error).toMatchObject({ kind: 'cut', message: 'the connection broke (ECONNRESET)' });
  });

  test('in HTTP is cut', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('SSH-2.0-hidden-banner\r\n\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { put } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(clientFor('acme', [url]).send({ ...put, url }));
    expect(error).toMatchObject({ kind: 'no-route', message: 'no connection (ECONNRESET)' });
  });

  test('where a name has no address is no route', async () => {
    const { get } = await world((response) => answer(response, 200, {}));
    const url = 'https://nowhere.example';
    const client = clientFor('acme', [url], { resolve: unknownName });
    const error = await vendorErrorOf(client.send({ ...get, url }));
    expect(error).toMatchObject({ kind: 'no-route', message: 'no connection (ENOTFOUND)' });
  });
});

describe('an abort', () => {
  test('ends a request in flight, and nothing is repeated', async () => {
    const abort = new AbortController();
    const { server, client, get } = await world(() => abort.abort());
    const error = await vendorErrorOf(client.send({ ...get, signal: abort.signal }));
    expect(error.kind).toBe('aborted');
    expect(server.requests).toHaveLength(1);
  });

  test.each(['admit', 'token', 'sleep'] as const)('ends the wait for %s', async (which) => {
    const abort = new AbortController();
    const forever = () => new Promise<never>(() => abort.abort());
    const sleep = (_ms: number, signal?: AbortSignal) => {
      abort.abort();
      return signal?.aborted === true ? Promise.resolve() : forever();
    };
    const { server, client, get } = await world((response) => answer(response, 503, {}), {
      clock: { now: () => Date.now(), sleep },
    });
    const error = await vendorErrorOf(
      client.send({
        ...get,
        signal: abort.signal,
        ...(which === 'admit' && { admit: forever }),
        ...(which === 'token' && { bearer: { current: forever, renew: forever } }),
      }),
    );
    expect(error.kind).toBe('aborted');
    expect(server.requests).toHaveLength(which === 'sleep' ? 1 : 0);
  });

  test('beforehand sends nothing', async () => {
    const { server, client, get } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(client.send({ ...get, signal: AbortSignal.abort() }));
    expect(error.kind).toBe('aborted');
    expect(server.requests).toHaveLength(0);
  });

  test('leaves no listener behind', async () => {
    const { client, get } = await world((response) => answer(response, 200, {}));
    const { signal } = new AbortController();
    const before = getEventListeners(signal, 'abort').length;
    await Promise.all(
      Array.from({ length: 50 }, () => client.send({ ...get, signal, admit: async () => {} })),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(before);
  });
});

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
    endings.push(() => client.close());
    return vendorErrorOf(
      client.send({
        ...attempt,
        url,
        secrets: [],
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

  test('a host that nobody named gets no connection', async () => {
    const { server, client, get } = await world((response) => answer(response, 200, {}));
    const error = await vendorErrorOf(client.send({ ...get, owner: { ...owner, name: 'other' } }));
    expect(error).toMatchObject({ kind: 'host', context: { connection: 'c' } });
    expect(server.connections()).toBe(0);
  });
});

test('a connection that the peer closed while idle is not met by a later PUT', async () => {
  const { server, client, get, put } = await world((response) => {
    response.setHeader('connection', 'close');
    answer(response, 200, {});
  });
  await client.send(get);
  await client.send(put);
  expect(server.connections()).toBe(2);
});
