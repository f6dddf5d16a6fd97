import { startLoopbackServer } from '../../lib/local/loopback-server.ts';

/** What becomes of one request: its answer is lost on the way back, or it is lost itself. */
export type Loss = 'answer' | 'request';

/** A proxy before a gateway. */
export interface Proxy {
  readonly url: string;
  /** The next request with this method is lost, or its answer is: to the client, both are a connection that broke. */
  readonly lose: (method: string, what: Loss) => void;
  /** How many requests with this method came. */
  readonly count: (method: string) => number;
  readonly close: () => Promise<void>;
}

/** Starts a proxy that hands on what it gets, as it is. */
export async function startProxy(gateway: string): Promise<Proxy> {
  const losses = new Map<string, Loss>();
  const counts = new Map<string, number>();
  const server = await startLoopbackServer(async ({ method, path, query, headers, text }) => {
    counts.set(method, (counts.get(method) ?? 0) + 1);
    const loss = losses.get(method);
    losses.delete(method);
    if (loss === 'request') return 'cut';
    const search = query.size > 0 ? `?${query.toString()}` : '';
    const answer = await fetch(`${gateway}${path}${search}`, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        ...(text !== '' && { 'content-type': headers['content-type'] ?? '' }),
      },
      ...(text !== '' && { body: text }),
    });
    const body = await answer.text();
    if (loss === 'answer') return 'cut';
    const type = answer.headers.get('content-type');
    return { status: answer.status, headers: type === null ? {} : { 'content-type': type }, body };
  });
  return {
    url: server.url,
    lose: (method, what) => void losses.set(method, what),
    count: (method) => counts.get(method) ?? 0,
    close: server.close,
  };
}
