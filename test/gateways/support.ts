import { createServer } from 'node:http';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import type { Connection } from '../../lib/model/desired.types.ts';
import { Secret } from '../../lib/model/secret.ts';
import type { HttpClient, HttpClientOptions } from '../../lib/gateways/http/client.ts';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import type { SessionInputs } from '../../lib/gateways/provider.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import type { VendorError } from '../../lib/model/errors/vendor-error.ts';
import { isVendorError } from '../../lib/model/errors/vendor-error.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Handler = (
  response: ServerResponse,
  request: SeenRequest,
  /** How many requests came before. */
  before: number,
) => void;

export interface TestServer {
  /** Origin, `http://127.0.0.1:54321`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Connections that were opened. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** A real server on loopback whose answers the test writes. */
export async function startServer(handler: Handler): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then((body) => {
      const seen = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body,
      };
      requests.push(seen);
      handler(response, seen, requests.length - 1);
      return seen;
    });
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => sockets.length,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The system's clock, but a sleep is over at once and written down. */
export function impatientClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => Date.now(),
    sleep: async (ms) => {
      sleeps.push(ms);
    },
  };
}

export interface TestClient extends HttpClient {
  readonly sleeps: readonly number[];
}

/** A client that may talk to `urls` as provider `name`. */
export function clientFor(
  name: string,
  urls: readonly string[],
  options: Partial<HttpClientOptions> = {},
): TestClient {
  const clock = impatientClock();
  const text = urls.map((url) => `${name}=${new URL(url).host}`).join(',');
  const hosts = { allowed: parseAllowedHosts(text), trustDocumentedHosts: false };
  const client = createHttpClient({ hosts, clock, random: () => 0, ...options });
  return { ...client, sleeps: clock.sleeps };
}

export function connectionTo(
  provider: string,
  baseUrl: string,
  more: Partial<Connection> = {},
): Connection {
  return {
    name: `acme-${provider}`,
    provider,
    baseUrl,
    auth: { type: 'bearer', token: { secret: `trueup/acme-${provider}/token` } },
    budget: { requestsPerMinute: 300, concurrency: 4 },
    policy: {
      mode: 'report',
      manage: ['update'],
      ignore: [],
      limits: { updates: 0.3, minimum: 10, creates: 10 },
    },
    ...more,
  };
}

export interface TestInputs extends SessionInputs {
  admitted: number;
  renewals: number;
}

/** What a pass gives a session. Tokens are taken in turn: the first, and one more for each renewal. */
export function sessionInputs(
  tokens: readonly string[] = ['token-one'],
  signal: AbortSignal = new AbortController().signal,
): TestInputs {
  const inputs: TestInputs = {
    admitted: 0,
    renewals: 0,
    token: async ({ renew }) => {
      if (renew) inputs.renewals += 1;
      return new Secret(tokens[Math.min(inputs.renewals, tokens.length - 1)] as string);
    },
    admit: async () => {
      inputs.admitted += 1;
    },
    calls: { list: 0, get: 0, put: 0 },
    known: new KnownSecrets(),
    signal,
  };
  return inputs;
}

/** The VendorError that `call` ends with; anything else is a failure of the test. */
export async function vendorErrorOf(call: Promise<unknown>): Promise<VendorError> {
  const outcome = await call.then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (isVendorError(outcome)) return outcome;
  throw outcome;
}

/** Everything that could be printed of an error, by any means. */
export function allTextOf(error: VendorError): string {
  return [
    error.stack,
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
    inspect(error, { depth: Infinity, showHidden: true, getters: true }),
    inspect(error.cause, { depth: Infinity, showHidden: true }),
  ].join('\n');
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}
