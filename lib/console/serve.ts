import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConsole } from './console.ts';
import type { ConsoleWorld } from './console.types.ts';

/** A console that listens on this machine alone. */
export interface ServedConsole {
  /** To be opened once. */
  readonly address: string;
  /** Resolves with the reason why it ended: no request of the session for this time, the address opened twice, or the world stopped. */
  readonly ended: (idleMs: number) => Promise<ConsoleEnd>;
  /** Answers requests in progress; cuts connections that have sent no whole request. */
  readonly close: () => Promise<void>;
}

export type ConsoleEnd = 'idle' | 'opened-twice' | 'stopped';

/** Answers to requests that are not of the session: they do not keep a console from ending. */
const strange: readonly number[] = [401, 403];

/**
 * Maximum body that is read into memory, before the console checks the session. It is above the console's
 * own limit, so that the console answers a form that is too large with 413; anything larger is answered with 400.
 */
const longestBody = 65_536;

/**
 * Listens on 127.0.0.1.
 *
 * @param port - 0 for any that is free
 * @throws what `listen` throws, such as EADDRINUSE
 */
export async function serveConsole(world: ConsoleWorld, port: number): Promise<ServedConsole> {
  let host = '';
  let lastAt = world.clock.now();
  const made = createConsole(world, () => host);
  const twice = new AbortController();
  const answering = new Set<Promise<void>>();
  const handle = async (request: Request) => {
    const response = await made.handle(request);
    if (!strange.includes(response.status)) lastAt = world.clock.now();
    if (made.isOver()) twice.abort();
    return response;
  };
  const take = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await requestOf(incoming);
    const answered = answer(request, response, handle).finally(() => answering.delete(answered));
    answering.add(answered);
    await answered;
  };
  const server = createServer((incoming, response) => {
    take(incoming, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address: `http://${host}/?token=${made.token}`,
    ended: async (idleMs) => {
      const stop = AbortSignal.any([world.stop, twice.signal]);
      while (!stop.aborted) {
        const left = lastAt + idleMs - world.clock.now();
        if (left <= 0) return 'idle';
        // oxlint-disable-next-line no-await-in-loop
        await world.clock.sleep(left, stop);
      }
      return twice.signal.aborted ? 'opened-twice' : 'stopped';
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await Promise.allSettled(answering);
      // Browsers open connections before they have anything to ask.
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: Request | undefined,
  response: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const sent = new Promise<void>((resolve) => response.once('close', resolve));
  if (!request) {
    response.writeHead(400, { connection: 'close' }).end();
    return;
  }
  const { status, headers, body } = await handle(request);
  const bytes = body ? Buffer.from(await new Response(body).arrayBuffer()) : undefined;
  response.statusCode = status;
  response.setHeaders(headers);
  // Without this, a kept connection of a browser would keep the process alive.
  response.setHeader('connection', 'close');
  response.end(bytes);
  await sent;
}

/** @returns undefined for what is no request that the console could answer */
async function requestOf(incoming: IncomingMessage): Promise<Request | undefined> {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? await bodyOf(incoming) : undefined;
  if (hasBody && !body) return undefined;
  try {
    // The request line may contain a host, which is ignored.
    const { pathname, search } = new URL(url, 'http://127.0.0.1');
    const given = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    return new Request(`http://127.0.0.1${pathname}${search}`, {
      method,
      headers: given,
      ...(body && { body }),
    });
  } catch {
    return undefined;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
