import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../../lib/model/secret.ts';
import { allTextOf, answer, vendorErrorOf } from '../support.ts';
import { useWorlds } from './attempts.ts';

const { world } = useWorlds();

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

  test('leaves no listener on a connection that is used again', async () => {
    const { client, get } = await world((response) => answer(response, 200, {}));
    const counts: number[] = [];
    const finished = (message: unknown) => {
      const { socket } = (message as { request: ClientRequest }).request;
      counts.push(socket?.listenerCount('connect') ?? -1);
    };
    subscribe('http.client.response.finish', finished);
    for (let i = 0; i < 5; i += 1) await client.send(get);
    unsubscribe('http.client.response.finish', finished);
    expect(counts).toEqual([0, 0, 0, 0, 0]);
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

  test('a PUT that is admitted too late is not sent again', async () => {
    let now = 0;
    let admitted = 0;
    const clock = { now: () => now, sleep: async () => {} };
    const { server, client, put } = await world((response) => answer(response, 401, {}), { clock });
    const { bearer } = tokens('one', 'two');
    const admit = async () => {
      admitted += 1;
      if (admitted === 2) now += 15_000;
    };
    const error = await vendorErrorOf(client.send({ ...put, bearer, admit }));
    expect(error).toMatchObject({ kind: 'status', status: 401 });
    expect([server.requests.length, admitted]).toEqual([1, 2]);
  });

  test('both tokens are kept out of the error', async () => {
    const { client, get } = await world((response) =>
      answer(response, 401, { message: 'neither token-one nor token-two' }),
    );
    const { bearer } = tokens('token-one', 'token-two');
    const error = await vendorErrorOf(client.send({ ...get, bearer }));
    expect(error.message).toBe('HTTP 401: its reason is not shown: it contains a part of a secret');
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
