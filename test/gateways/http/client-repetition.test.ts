import { describe, expect, test } from '@jest/globals';
import type { Handler } from '../support.ts';
import { answer, clientFor, impatientClock, vendorErrorOf } from '../support.ts';
import { closedPort, useWorlds } from './attempts.ts';

const { world } = useWorlds();

describe('repetition', () => {
  test.each([408, 429, 500, 501, 502, 503, 504, 505])(
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

  test.each([400, 403, 404, 409, 422])('a GET answered %i is not repeated', async (status) => {
    const { server, client, get } = await world((response) => answer(response, status, {}));
    expect(await vendorErrorOf(client.send(get))).toMatchObject({ kind: 'status', status });
    expect(server.requests).toHaveLength(1);
  });

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
    expect(error).toMatchObject({
      kind: 'no-route',
      message: `127.0.0.1:${port}: no connection (ECONNREFUSED)`,
    });
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

  test('a GET that is not answered in time is not repeated', async () => {
    const { server, client, get } = await world(() => {}, { timeoutMs: 100 });
    expect(await vendorErrorOf(client.send(get))).toMatchObject({ kind: 'timeout' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['is not repeated if it took as long as a timeout', 600, 1],
    ['is repeated while that time has not passed', 100, 3],
  ])('a GET without a connection %s', async (_title, eachMs, requests) => {
    let now = 0;
    const clock = { now: () => now, sleep: async () => undefined };
    const { get } = await world((response) => answer(response, 200, {}));
    const url = `http://127.0.0.1:${await closedPort()}/thing`;
    const client = clientFor('acme', [url], { clock, timeoutMs: 600 });
    let sent = 0;
    const failed = () => void (now += eachMs);
    const count = () => (sent += 1);
    const error = await vendorErrorOf(client.send({ ...get, url, count, failed }));
    expect(error.kind).toBe('no-route');
    expect(sent).toBe(requests);
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
