import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What goes over the wire in answer to a request, byte by byte as it is. */
export interface RawAnswer {
  readonly bytes: Buffer;
  /**
   * What comes after it: nothing more on a connection that stays, its end, its reset, silence, a byte now and after, or
   * the same bytes without end.
   */
  readonly after: 'keep' | 'end' | 'reset' | 'hang' | 'drip' | 'flood';
}

export interface RawServer {
  readonly url: string;
  /** The answer to all requests from now on, and how many there were since. */
  answer(make: (head: string) => RawAnswer): { readonly requests: () => number };
  close(): Promise<void>;
}

/** A server that writes what it is told, HTTP or not. */
export async function startRawServer(): Promise<RawServer> {
  let make = (_head: string): RawAnswer => ({ bytes: Buffer.alloc(0), after: 'end' });
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let request = whole(pending); request; request = whole(pending)) {
        pending = pending.subarray(request.length);
        requests += 1;
        send(socket, make(request.head));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(next) {
      make = next;
      requests = 0;
      return { requests: () => requests };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function whole(bytes: Buffer): { readonly head: string; readonly length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const body = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const length = end + 4 + body;
  return bytes.length < length ? undefined : { head, length };
}

const dripMs = 20;

function send(socket: Socket, { bytes, after }: RawAnswer): void {
  socket.write(bytes);
  switch (after) {
    case 'keep':
    case 'hang':
      return;
    case 'end':
      socket.end();
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'drip': {
      const timer = setInterval(() => socket.write(' '), dripMs);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    case 'flood': {
      const more = Buffer.alloc(64 * 1024, ' ');
      const go = () => {
        while (!socket.destroyed && socket.write(more));
      };
      socket.on('drain', go);
      go();
    }
  }
}
