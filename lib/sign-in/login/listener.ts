import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendPage } from './page.ts';
import type { Page } from './page.ts';
import type { RedirectAddress } from './redirect-address.ts';

/** The parameters with which the provider redirected the browser. Only `state` has been checked. */
export interface Answer {
  readonly parameters: URLSearchParams;
  /** Shows a page to the user who signed in. Resolves once it is sent. */
  readonly show: (page: Page) => Promise<void>;
}

/** Waits for one answer on loopback. */
export interface Listener {
  /** The redirect URI for the provider. */
  readonly redirectUri: string;
  readonly answered: Promise<Answer>;
  /** Stops listening, and closes open connections. */
  readonly close: () => Promise<void>;
}

/**
 * Listens for the answer of a sign-in, RFC 8252. The first request with this state is the answer. All others are
 * rejected, and listening continues, because any program on this machine and any page in the browser can send requests
 * here.
 *
 * @param onStranger - called for an answer with another state
 * @throws the system's error if it cannot listen, such as `EADDRINUSE`
 */
export async function listen(
  address: RedirectAddress,
  state: string,
  onStranger: () => void,
): Promise<Listener> {
  const { promise: answered, resolve } = Promise.withResolvers<Answer>();
  let isAnswered = false;
  const take = (request: IncomingMessage, response: ServerResponse): Page | undefined => {
    const url = URL.parse(request.url ?? '', 'http://loopback');
    if (url?.pathname !== address.path) return pages.unknown;
    if (request.method !== 'GET') return pages.method;
    if (!isSame(url.searchParams.get('state') ?? '', state)) {
      onStranger();
      return pages.stranger;
    }
    if (isAnswered) return pages.late;
    isAnswered = true;
    resolve({ parameters: url.searchParams, show: (page) => sendPage(response, page) });
    return undefined;
  };
  const server = createServer((request, response) => {
    const page = take(request, response);
    if (page) void sendPage(response, page);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen({ host: address.host, port: address.port }, done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: address.withPort(port),
    answered,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const pages = {
  unknown: { status: 404, title: 'Not found', text: 'There is no page here.' },
  method: { status: 405, title: 'Not allowed', text: 'Only GET is supported.' },
  stranger: {
    status: 400,
    title: 'Another sign-in',
    text: 'This answer belongs to another sign-in. Use the address that trueup printed last.',
  },
  late: {
    status: 409,
    title: 'Answered before',
    text: 'This sign-in already has its answer. The terminal shows the result.',
  },
} satisfies Record<string, Page>;
