import { createServer as createTcpServer } from 'node:net';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import type { Attempt, HttpClientOptions } from '../../../lib/gateways/http/client.ts';
import type { Handler, TestClient, TestServer } from '../support.ts';
import { clientFor, startServer } from '../support.ts';

export const owner = { name: 'acme', documentedHosts: ['*.acme.example'] };

export interface AttemptWorld {
  readonly server: TestServer;
  readonly client: TestClient;
  readonly get: Attempt;
  readonly put: Attempt;
}

/** Worlds of a server, a client that may talk to it, and two attempts; and what ends with each test. */
export function useWorlds() {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  });

  async function world(
    handler: Handler,
    options: Partial<HttpClientOptions> = {},
  ): Promise<AttemptWorld> {
    const server = await startServer(handler);
    const client = clientFor('acme', [server.url], options);
    endings.push(server.close, () => client.close());
    const get: Attempt = {
      owner,
      operation: 'get',
      method: 'GET',
      url: `${server.url}/thing`,
      repeatable: 'anytime',
      known: new KnownSecrets(),
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

  /** A peer that may speak anything; gives its host and port. */
  async function peer(greet: (socket: Socket) => void): Promise<string> {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      greet(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => void server.close(resolve)));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return { world, peer, atEnd: (end: () => unknown) => void endings.push(end) };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
