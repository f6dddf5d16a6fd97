import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request with its whole body. */
export interface LoopbackRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Drops the connection; what the handler answers later is not sent. */
  readonly cut: () => void;
}

/** What to answer: a body that is neither text nor bytes is sent as JSON. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `cut` drops the connection without an answer, `hang` keeps it open until the server closes. */
export type LoopbackOutcome = LoopbackAnswer | 'cut' | 'hang';

/** A server on 127.0.0.1 at a free port. */
export interface LoopbackServer {
  /** Origin without a trailing slash, `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Waits this many milliseconds; returns early, without an error, when the server closes. */
  readonly delay: (ms: number) => Promise<void>;
  /** Waits for this; returns early, without an error, when the server closes. */
  readonly wait: (until: Promise<unknown>) => Promise<void>;
  readonly isClosing: () => boolean;
  /**
   * Stops listening, drops every connection (idle, busy or hanging), ends every delay, and waits until the handlers
   * that were running have returned.
   */
  readonly close: () => Promise<void>;
}

/** Requests above this are dropped: 16 MiB. */
const maxRequestBytes = 16 * 1024 * 1024;

/**
 * Starts an HTTP server on loopback. A handler that throws answers 500 with the error's message.
 *
 * @param port - used if it is free, so that an address may outlive a process
 */
export async function startLoopbackServer(
  handle: (request: LoopbackRequest) => LoopbackOutcome | Promise<LoopbackOutcome>,
  port = 0,
): Promise<LoopbackServer> {
  const closing = new AbortController();
  const closes = once(closing.signal, 'abort');
  const running = new Set<Promise<void>>();
  const server = createServer((incoming, response) => {
    const served = serve(handle, incoming, response).finally(() => running.delete(served));
    running.add(served);
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const listen = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  await listen(port).catch(async (error: unknown) => {
    if (port === 0) throw error;
    await listen(0);
  });
  const { port: actual } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = async () => {
    closing.abort();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await Promise.allSettled(running);
  };
  return {
    url: `http://127.0.0.1:${actual}`,
    delay: (ms) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined),
    wait: (until) => Promise.race([until, closes]).then(() => undefined),
    isClosing: () => closing.signal.aborted,
    close: () => (closed ??= close()),
  };
}

async function serve(
  handle: (request: LoopbackRequest) => LoopbackOutcome | Promise<LoopbackOutcome>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined);
  let outcome: LoopbackOutcome;
  try {
    outcome = await handle(await readRequest(incoming));
  } catch (error) {
    outcome = { status: 500, body: { message: String(error) } };
  }
  if (outcome === 'hang') return;
  if (outcome === 'cut') {
    incoming.socket.destroy();
    return;
  }
  send(response, outcome);
}

async function readRequest(incoming: IncomingMessage): Promise<LoopbackRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxRequestBytes) throw new Error('request body too large');
    chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? '/', 'http://loopback');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    text: Buffer.concat(chunks).toString('utf8'),
    cut: () => void incoming.socket.destroy(),
  };
}

function send(response: ServerResponse, answer: LoopbackAnswer): void {
  if (response.destroyed) return;
  const { body } = answer;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const payload = raw ? body : body === undefined ? '' : JSON.stringify(body);
  const json: Record<string, string> =
    raw || body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(answer.status, {
    ...json,
    'content-length': String(Buffer.byteLength(payload)),
    ...answer.headers,
  });
  response.end(payload);
}
