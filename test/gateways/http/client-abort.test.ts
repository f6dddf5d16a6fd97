import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { answer, vendorErrorOf } from '../support.ts';
import { useWorlds } from './attempts.ts';

const { world } = useWorlds();

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
