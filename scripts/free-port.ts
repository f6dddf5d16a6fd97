import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections and to servers that ask for any: a program that takes half a minute until
 * it listens finds its port still free.
 */
const [first, last] = [20_000, 32_000];

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const port = randomInt(first, last);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
}
