import { lookup as lookUp } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { callbackify } from 'node:util';
import type { Reach } from './host-rule.ts';
import { mayReach, unreachable } from './host-rule.ts';

/** Why there is no answer. `no-route`: nothing was sent, so the request may be repeated whatever it is. */
export type WireFailure = 'no-route' | 'cut' | 'tls' | 'body' | 'too-large' | 'host';

/** A request that got no answer, or none that can be used. Holds no part of request or answer. */
export class WireError extends Error {
  readonly failure: WireFailure;

  constructor(failure: WireFailure, message: string) {
    super(message);
    this.name = 'WireError';
    this.failure = failure;
  }
}

/** How far a request came; a timeout is judged by it. */
export interface Progress {
  connected: boolean;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name, as the system resolves it. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface WireOptions {
  /** Largest answer, in bytes on the wire. */
  readonly maxBytes: number;
  readonly resolve?: Resolve;
  /** A certificate authority to trust besides the system's own, PEM. */
  readonly extraCa?: string;
}

/**
 * A `fetch` for one purpose, on node:http and node:https: the address that a name resolves to is checked where the
 * connection is made (the global fetch takes no `lookup`), redirects are answers, the answer's size is bounded, and
 * "no connection opened" differs from "cut".
 */
export interface Wire {
  /** Resolves with the whole answer. @throws WireError */
  send(request: Request, reach: Reach, progress: Progress): Promise<Response>;
  /** Drops idle connections. */
  close(): void;
}

/** Idle connections end before a vendor's or a proxy's usual keep-alive does, so that a PUT does not meet a dead one. */
const idleMs = 4_000;

export const resolveByDns: Resolve = (hostname) => lookUp(hostname, { all: true });

export function createWire({ maxBytes, resolve = resolveByDns, extraCa }: WireOptions): Wire {
  const keep = { keepAlive: true, timeout: idleMs };
  const secure = tlsOptions(extraCa);
  // One pool for each reach: a connection that one rule allowed is never reused under a stricter one.
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

/** Certificates are verified, always. */
export function tlsOptions(extraCa: string | undefined) {
  return {
    rejectUnauthorized: true,
    ...(extraCa !== undefined && { ca: [...getCACertificates('default'), extraCa] }),
  };
}

/** `lookup` for a socket: refuses if any address of the name is out of reach, so that no order of answers matters. */
export function checkedLookup(reach: Reach, resolve: Resolve): LookupFunction {
  const look = callbackify(async (hostname: string) => {
    const found = await resolve(hostname);
    const refused = found.find(({ address }) => !mayReach(address, reach));
    if (refused) throw new WireError('host', unreachable(hostname, refused.address, reach));
    const [first] = found;
    if (first === undefined) throw new WireError('no-route', `${hostname} has no address`);
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
        // It is open already: a listener would never be called, and stay for as long as the socket lives.
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

/** What an error of a socket means, by how far it came. */
export function judge(
  error: NodeJS.ErrnoException,
  connected: boolean,
  handshaking: boolean,
): WireError {
  if (error instanceof WireError) return error;
  const code = error.code ?? error.name;
  if (connected) return new WireError('cut', `the connection broke (${code})`);
  // A handshake that was dropped is no verdict on the certificate, and nothing was sent.
  const dropped = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/.test(code);
  return handshaking && !dropped
    ? new WireError('tls', `no secure connection (${code})`)
    : new WireError('no-route', `no connection (${code})`);
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<Response> {
  const tooLarge = () => new WireError('too-large', `the answer is larger than ${maxBytes} bytes`);
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = incoming.headers;
  if (encoding !== 'identity') {
    // It was not asked for, and cannot be read: its name is all that is used.
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
