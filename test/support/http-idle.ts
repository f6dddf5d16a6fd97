import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Tells when this process waits for no answer: what a virtual clock may not jump over. */
export interface HttpIdle {
  /** Resolves once no request has been under way for some turns of the event loop. */
  readonly settled: () => Promise<void>;
  readonly close: () => void;
}

/** So many turns without a request: between two of one task there are a few. */
const quietTurns = 4;

export function httpIdle(): HttpIdle {
  const open = new Set<ClientRequest>();
  let seen = 0;
  const begins = (message: unknown) => {
    seen += 1;
    open.add((message as { request: ClientRequest }).request);
  };
  const fails = (message: unknown) => {
    open.delete((message as { request: ClientRequest }).request);
  };
  const answers = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    response.once('close', () => open.delete(request));
  };
  const channels = [
    ['http.client.request.start', begins],
    ['http.client.request.error', fails],
    ['http.client.response.finish', answers],
  ] as const;
  for (const [name, listener] of channels) subscribe(name, listener);
  return {
    settled: async () => {
      for (let quiet = 0; quiet < quietTurns;) {
        const before = seen;
        await pause(1);
        quiet = open.size === 0 && seen === before ? quiet + 1 : 0;
      }
    },
    close: () => {
      for (const [name, listener] of channels) unsubscribe(name, listener);
    },
  };
}
