import { lookup as lookUp } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { callbackify } from 'node:util';
import type { Reach } from './host-rule.ts';
import { mayReach, unreachable } from './host-rule.ts';

/** Why there is no answer. `no-route`: nothing was sent, so any request may be retried. */
export type WireFailure = 'no-route' | 'cut' | 'tls' | 'body' | 'too-large' | 'host';

/** A request that got no usable answer. Contains no part of the request or answer. */
export class WireError extends Error {
  readonly failure: WireFailure;

  constructor(failure: WireFailure, message: string) {
    super(message);
    this.name = 'WireError';
    this.failure = failure;
  }
}

/** How far a request got, to classify a timeout. */
export interface Progress {
  connected: boolean;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Returns all addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface WireOptions {
  /** Maximum size of an answer in bytes, as transferred. */
  readonly maxBytes: number;
  readonly resolve?: Resolve;
  /** An additional certificate authority to trust, PEM. */
  readonly extraCa?: string;
}

/**
 * A minimal `fetch` on node:http and node:https. Unlike the global one, it checks the resolved address when the
 * connection is opened (the global fetch has no `lookup`), returns redirects as answers, limits the answer's size, and
 * distinguishes "no connection opened" from "connection broken".
 */
export interface Wire {
  /** Resolves with the complete answer. @throws WireError */
  send(request: Request, reach: Reach, progress: Progress): Promise<Response>;
  /** Drops idle connections. */
  close(): void;
}

/**
 * Idle connections are closed before the usual keep-alive of a vendor or proxy ends, so that a PUT does not use a dead
 * one.
 */
const idleMs = 4_000;

export const resolveByDns: Resolve = (hostname) => lookUp(hostname, { all: true });

export function createWire({ maxBytes, resolve = resolveByDns, extraCa }: WireOptions): Wire {
  const keep = { keepAlive: true, timeout: idleMs };
  const secure = tlsOptions(extraCa);
  // One pool per reach, so that a connection allowed by one rule is never reused under a stricter one.
  const pool = (reach: Reach) => {
    const lookup = checkedLookup(reach, resolve);
    return {
      http: new HttpAgent({ ...keep, lookup }),
      https: new HttpsAgent({ ...keep, ...secure, lookup }),
    };
  };
  const pools = { public: pool('public'), named: pool('named'), loopback: pool('loopback') };
  return {
    async send(request, reach, progress) {
      const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
      const isSecure = request.url.startsWith('https:');
      const outgoing = (isSecure ? httpsRequest : httpRequest)(request.url, {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        agent: pools[reach][isSecure ? 'https' : 'http'],
      });
      return answerTo(outgoing, { body, isSecure, maxBytes, progress, signal: request.signal });
    },
    close() {
      for (const { http, https } of Object.values(pools)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

/** Certificates are always verified. */
export function tlsOptions(extraCa: string | undefined) {
  return {
    rejectUnauthorized: true,
    ...(extraCa !== undefined && { ca: [...getCACertificates('default'), extraCa] }),
  };
}

/**
 * The `lookup` of a socket. Refuses if any address of the name is not allowed, so that the order of addresses does not
 * matter.
 */
export function checkedLookup(reach: Reach, resolve: Resolve): LookupFunction {
  const look = callbackify(async (hostname: string) => {
    const found = await resolve(hostname);
    const refused = found.find(({ address }) => !mayReach(address, reach));
    if (refused) throw new WireError('host', unreachable(hostname, refused.address, reach));
    const [first] = found;
    if (first === undefined) throw new WireError('no-route', 'the name has no address');
    return { first, all: found.map(({ address, family }) => ({ address, family })) };
  });
  return (hostname, { all }, callback) =>
    look(hostname, (error, found) => {
      if (error !== null) callback(error, '');
      else if (all === true) callback(null, found.all);
      else callback(null, found.first.address, found.first.family);
    });
}

interface Exchange {
  readonly body: Buffer | undefined;
  readonly isSecure: boolean;
  readonly maxBytes: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function answerTo(outgoing: ClientRequest, exchange: Exchange): Promise<Response> {
  const stop = () => outgoing.destroy();
  exchange.signal.addEventListener('abort', stop);
  try {
    return await readAnswer(await send(outgoing, exchange), exchange.maxBytes);
  } catch (error) {
    stop();
    throw error;
  } finally {
    exchange.signal.removeEventListener('abort', stop);
  }
}

function send(outgoing: ClientRequest, exchange: Exchange): Promise<IncomingMessage> {
  const { body, isSecure, progress, signal } = exchange;
  return new Promise((resolve, reject) => {
    let handshaking = false;
    outgoing.once('socket', (socket) => {
      if (outgoing.reusedSocket) {
        // The socket is already open: a listener would never be called, and would leak.
        progress.connected = true;
        return;
      }
      if (isSecure) socket.once('connect', () => (handshaking = true));
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (progress.connected = true));
    });
    outgoing.on('error', (error) => reject(judge(error, progress.connected, handshaking)));
    outgoing.once('response', resolve);
    if (signal.aborted) outgoing.destroy();
    else outgoing.end(body);
  });
}

/** Classifies a socket error by how far the request got. */
export function judge(
  error: NodeJS.ErrnoException,
  connected: boolean,
  handshaking: boolean,
): WireError {
  if (error instanceof WireError) return error;
  const code = error.code ?? error.name;
  if (connected) return new WireError('cut', `the connection broke (${code})`);
  // A dropped handshake does not mean that the certificate is bad, and nothing was sent.
  const dropped = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/.test(code);
  return handshaking && !dropped
    ? new WireError('tls', `no secure connection (${code})`)
    : new WireError('no-route', `no connection (${code})`);
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<Response> {
  const tooLarge = () => new WireError('too-large', `the answer is larger than ${maxBytes} bytes`);
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = incoming.headers;
  if (encoding !== 'identity') {
    // The encoding was not requested, and the body is not read; only the encoding's name is used.
    incoming.destroy();
    return asResponse(incoming, Buffer.alloc(0));
  }
  if (Number(length ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    throw judge(error as NodeJS.ErrnoException, true, false);
  }
  return asResponse(incoming, Buffer.concat(chunks));
}

const passedOn = ['content-encoding', 'content-type', 'date', 'location', 'retry-after'] as const;

function asResponse({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Response {
  if (statusCode < 200 || statusCode > 599) {
    throw new WireError('body', `the answer has the status ${statusCode}`);
  }
  const kept = passedOn.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return new Response(body.length === 0 ? null : new Uint8Array(body), {
    status: statusCode,
    headers: Object.fromEntries(kept),
  });
}
