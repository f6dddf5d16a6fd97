import { startLoopbackServer } from '../../lib/local/loopback-server.ts';
import type { LoopbackOutcome, LoopbackRequest } from '../../lib/local/loopback-server.ts';

/** Shares of all requests, from 0 to 1. */
export interface FaultRates {
  readonly serverError: number;
  readonly tooMany: number;
  readonly cut: number;
  readonly slow: number;
}

/** How a connection may be wholly down. */
export type Outage = 'hang' | 'cut' | 'unavailable';

export interface FaultyProxyOptions {
  readonly target: string;
  readonly random: () => number;
  readonly rates: () => FaultRates;
  /** Longer than an attempt may take. */
  readonly slowMs: number;
  /** What a 429 asks to wait, in seconds. */
  readonly retryAfter: () => number;
  /** Counts a fault by its kind. */
  readonly count: (kind: string) => void;
}

/** A vendor's address behind which requests go wrong: before the vendor did what it was asked to do, or after it. */
export interface FaultyProxy {
  readonly url: string;
  outage: Outage | undefined;
  readonly close: () => Promise<void>;
}

/** Starts one in front of a simulated vendor. */
export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const { target, random, rates, slowMs, retryAfter, count } = options;
  const state: { outage: Outage | undefined } = { outage: undefined };

  const forward = async ({ method, path, query, headers, text }: LoopbackRequest) => {
    const url = new URL(path, target);
    url.search = query.toString();
    const passed = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !own.has(name) ? [[name, value] as [string, string]] : [],
    );
    const response = await fetch(url, {
      method,
      headers: passed,
      ...(text !== '' && { body: text }),
    });
    return {
      status: response.status,
      headers: { 'content-type': response.headers.get('content-type') ?? '' },
      body: await response.text(),
    };
  };

  /** The outcome in the vendor's place; a share of it after the vendor did its part. */
  const instead = async (
    kind: string,
    request: LoopbackRequest,
    outcome: LoopbackOutcome,
  ): Promise<LoopbackOutcome> => {
    const late = random() < 0.5;
    count(late ? `${kind}, after the effect` : kind);
    if (late) await forward(request);
    return outcome;
  };

  const server = await startLoopbackServer(async (request): Promise<LoopbackOutcome> => {
    if (state.outage) {
      count(`outage: ${state.outage}`);
      return state.outage === 'unavailable' ? { status: 503, body: {} } : state.outage;
    }
    const { serverError, tooMany, cut, slow } = rates();
    let dice = random();
    if ((dice -= serverError) < 0) {
      const status = statuses[Math.floor(random() * statuses.length)] ?? 500;
      return instead('5xx', request, { status, body: { message: 'the vendor has a problem' } });
    }
    if ((dice -= tooMany) < 0) {
      count('429');
      const headers = { 'retry-after': String(retryAfter()) };
      return { status: 429, headers, body: { message: 'too many requests' } };
    }
    if ((dice -= cut) < 0) return instead('cut', request, 'cut');
    if (dice < slow) {
      count('too slow');
      await server.delay(slowMs);
    }
    return forward(request);
  });
  return Object.assign(state, { url: server.url, close: server.close });
}

const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);
const statuses = [500, 502, 503, 504];
