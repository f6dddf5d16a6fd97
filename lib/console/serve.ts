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
  /** Resolves once no request came for so long, or the world stops. */
  readonly ended: (idleMs: number) => Promise<void>;
  /** What is in flight is answered. */
  readonly close: () => Promise<void>;
}

/** More than any form of the console; what is longer is cut off. */
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
  const server = createServer((incoming, response) => {
    lastAt = world.clock.now();
    answer(incoming, response, made.handle).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address: `http://${host}/?token=${made.token}`,
    ended: async (idleMs) => {
      while (!world.stop.aborted) {
        const left = lastAt + idleMs - world.clock.now();
        if (left <= 0) return;
        // oxlint-disable-next-line no-await-in-loop
        await world.clock.sleep(left, world.stop);
      }
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const request = await requestOf(incoming);
  if (!request) {
    response.writeHead(400, { connection: 'close' }).end();
    return;
  }
  const { status, headers, body } = await handle(request);
  const bytes = body ? Buffer.from(await new Response(body).arrayBuffer()) : undefined;
  response.statusCode = status;
  response.setHeaders(headers);
  // A browser that keeps its connection would keep the process from ending.
  response.setHeader('connection', 'close');
  response.end(bytes);
}

/** @returns undefined for what is no request that the console could answer */
async function requestOf(incoming: IncomingMessage): Promise<Request | undefined> {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? await bodyOf(incoming) : undefined;
  if (hasBody && !body) return undefined;
  try {
    // The path of the request line may name a host: it is the console's, whatever it says.
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
